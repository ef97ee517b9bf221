"""The Spanish catalogue of the interface, compiled without gettext's tools."""

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
    """Return the messages without a translation, or with one that nobody has confirmed."""
    return [entry for entry in catalogue if not entry.obsolete and not entry.translated()]
