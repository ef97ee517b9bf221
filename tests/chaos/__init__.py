"""Kills at random while real forms are sent; and what must hold afterwards."""
