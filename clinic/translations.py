"""The Spanish catalogue of the interface, compiled without gettext's tools."""

import re

import polib
from django.conf import settings

LANGUAGE = "es"
CATALOGUE = settings.BASE_DIR / "clinic" / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")


def compile_catalogue(catalogue: polib.POFile) -> bytes:
    """Return the catalogue as Django reads it; the same bytes for the same messages."""
    return catalogue.to_binary()


def tidy(catalogue: polib.POFile) -> None:
    """Drop what changes at every run without anything having changed."""
    catalogue.header = ""
    for key in ("POT-Creation-Date", "PO-Revision-Date"):
        catalogue.metadata.pop(key, None)


def unfinished(catalogue: polib.POFile) -> list[polib.POEntry]:
    """Return the messages without a translation, or with one that nobody has confirmed.

    One without all forms of the plural counts too: Django shows English for the missing one.
    """
    given = re.search(r"nplurals=(\d+)", catalogue.metadata.get("Plural-Forms", ""))
    forms = int(given[1]) if given else 0
    return [
        entry
        for entry in catalogue
        if not entry.obsolete
        and (not entry.translated() or (entry.msgid_plural and len(entry.msgstr_plural) < forms))
    ]
