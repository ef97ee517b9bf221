"""Measures the product beside a peer on the same machine, for `make bench`.

A room contributes with a module ``bench.py``: ``pages()`` returns addresses to weigh, by name, and
``bench(context)`` measures something of its own, in sections that ``SECTIONS`` names.
"""
