"""Where the words of a search stand in a text, marked for readers. Postgres finds the stems."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from wagtail.fields import StreamField
from wagtail.models import Page

from clinic.search_terms import Clause, as_sql

# No text of ours holds these two, so a mark can never be forged by what stands in a text.
START, STOP = "\x02", "\x03"
GAP = " … "
WHOLE = f"StartSel={START}, StopSel={STOP}, HighlightAll=true"
PARTS = (
    f"StartSel={START}, StopSel={STOP}, MaxFragments=2, MaxWords=26, MinWords=10, "
    f'FragmentDelimiter="{GAP}"'
)


def marked(
    texts: Sequence[str], clauses: Sequence[Clause], config: str, *, parts: bool = False
) -> list[tuple[bool, SafeString]]:
    """Return for each text whether all clauses match it, and its HTML with marks (1 query).

    With ``parts`` the HTML is made of the passages around the words.
    """
    if not texts:
        return []
    query, parameters = as_sql(clauses, config)
    clean = [text.replace(START, "").replace(STOP, "").replace("\x00", "") for text in texts]
    statement = f"""
        SELECT to_tsvector(%s::regconfig, given.text) @@ asked.query,
               ts_headline(%s::regconfig, given.text, asked.query, %s)
        FROM unnest(%s::text[]) WITH ORDINALITY AS given(text, place),
             (SELECT {query} AS query) AS asked
        ORDER BY given.place
    """  # noqa: S608 - made of constants; every value is a parameter
    options = PARTS if parts else WHOLE
    with connection.cursor() as cursor:
        cursor.execute(statement, [config, config, options, clean, *parameters])
        rows = cursor.fetchall()
    return [
        (bool(fits), _html(_with_dots(found, text) if parts else found))
        for (fits, found), text in zip(rows, clean, strict=True)
    ]


def has_marks(html: SafeString) -> bool:
    """Return whether any word of a text was marked."""
    return "<mark>" in html


def text_of(page: Page) -> str:
    """Return the running text of a page as the index reads it."""
    texts: list[str] = []
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            texts += _readable(field, page)
    return " ".join(" ".join(text.split()) for text in texts if text.strip())


def _readable(field: Any, page: Page) -> list[str]:
    return [str(text) for text in field.get_searchable_content(field.value_from_object(page))]


def _with_dots(found: str, text: str) -> str:
    """Return passages with dots where the text goes on before the first or after the last."""
    passages = found.replace(START, "").replace(STOP, "").split(GAP)
    before = "" if text.lstrip().startswith(passages[0].lstrip()) else "… "
    # The passage ends at a word: a full stop behind the very last one is no text that goes on.
    rest = text.rpartition(passages[-1])[2].rstrip()
    after = " …" if any(character.isalnum() for character in rest) else rest
    return f"{before}{found}{after}"


def _html(text: str) -> SafeString:
    html = escape(text).replace(START, "<mark>").replace(STOP, "</mark>")
    return mark_safe(html)  # noqa: S308 - escaped above; the marks are ours
