"""Backups: one folder each, whole or not there; and their way back into an empty database."""
