"""Words about pages for the lists of the admin, from the rooms that know them.

A room contributes a module ``explorer_words.py`` with functions of page ids that return words by
page id: ``helpful_words`` (what readers answered), ``source_words`` (when sources were checked).
"""

from collections.abc import Sequence

from wagtail.models import Page

from clinic.contributions import contributions


def page_words(kind: str, pages: Sequence[Page]) -> dict[int, str]:
    """Return the words of one kind about these pages, by id, for pages that have any."""
    ids = [page.pk for page in pages]
    words: dict[int, str] = {}
    for module in contributions("explorer_words"):
        words |= getattr(module, kind)(ids)
    return words
