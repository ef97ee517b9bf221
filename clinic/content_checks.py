"""What can be checked in any text: headings, alternative texts, words of links, the review."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from clinic import illustrations
from clinic.findings import Finding, Severity
from clinic.models import ClinicallyReviewedMixin
from clinic.page_parts import Kind, Part, parts_of

_HEADINGS = ("heading", "subheading")
_LINK = re.compile(r"<a\b[^>]*>(.*?)</a>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_BARE_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+\.(?:com|org|gov|net|edu)(?:/\S*)?")
_FILE_NAME = re.compile(
    r"\.(?:avif|gif|jpe?g|png|svg|webp)$|^\w*_\w*$|^(?:img|dsc)[\s_-]?\d+$", re.I
)
# Read out of their sentence, as screen readers list links, these say nothing.
_EMPTY_WORDS = re.compile(
    r"(?:please )?(?:click|tap|press|go|see|look|read)?\s*(?:here|this|this (?:link|page|site))"
    r"|link|more|read more|learn more|see more|more information|details|click"
    r"|(?:haga |haz )?(?:clic|click|pulse|pinche|vea)?\s*(?:aquí|acá|en este enlace)"
    r"|este enlace|esta página|enlace|más|leer más|lea más|ver más|más información|detalles",
    re.IGNORECASE,
)


def content_findings(instance: Any) -> Iterator[Finding]:
    """Yield what anybody can see in a reviewed text; nothing for any other object."""
    if not isinstance(instance, ClinicallyReviewedMixin):
        return
    parts = list(parts_of(instance))
    yield from heading_findings(parts)
    for part in parts:
        yield from _picture(part)
        yield from _links(part)
    if instance.reviewed_on is None:
        yield Finding(
            "never-reviewed", Severity.NOTE, _("No clinician has checked this text as a whole yet.")
        )


def heading_findings(parts: list[Part]) -> Iterator[Finding]:
    """Yield headings that are empty, stand too deep or have nothing below them."""
    blocks = [next(group) for _key, group in groupby(parts, lambda p: (p.field, p.block_id))]
    under_heading = False
    for part, following in zip(blocks, [*blocks[1:], None], strict=True):
        if part.holder not in _HEADINGS:
            continue
        message = ""
        if not (text := str(part.value or "").strip()):
            message = _("A heading is empty.")
        elif part.holder == "subheading" and not under_heading:
            message = _("A smaller heading needs a heading above it.")
        elif following is None or following.field != part.field or _ends(part, following):
            message = _("There is nothing below this heading.")
        if message:
            yield Finding("heading", Severity.WARNING, message, text, part.block_id)
        under_heading = under_heading or part.holder == "heading"


def _ends(heading: Part, following: Part) -> bool:
    """Return whether what follows starts a part of its own."""
    return following.holder in ("heading", heading.holder)


def is_empty_link_text(text: str) -> bool:
    """Return whether the words of a link do not say where it leads."""
    words = " ".join(unescape(text).split()).strip(" .:,;!?»«›>→()\"'“”")
    return (
        not words
        or _EMPTY_WORDS.fullmatch(words) is not None
        or _BARE_ADDRESS.fullmatch(words) is not None
    )


def _links(part: Part) -> Iterator[Finding]:
    texts: list[str] = []
    if part.kind is Kind.RICH_TEXT:
        texts = [_TAG.sub("", link) for link in _LINK.findall(part.value or "")]
    elif part.kind is Kind.LINK and isinstance(part.value, dict):
        texts = [part.value.get("text") or ""] if part.value.get("text") else []
    elif part.kind is Kind.TEXT and part.name == "link_text" and part.value:
        texts = [part.value]
    for text in texts:
        if is_empty_link_text(text):
            yield Finding(
                "link-text",
                Severity.WARNING,
                _("These words of a link do not say where it leads. Name the page it opens."),
                quote=unescape(text).strip(),
                block_id=part.block_id,
            )


def _picture(part: Part) -> Iterator[Finding]:
    value = part.value if isinstance(part.value, dict) else {}
    message = ""
    if part.kind is Kind.IMAGE and value.get("image") and not value.get("decorative"):
        words = (value.get("alt_text") or "").strip()
        if not words:
            message = _("A picture has no description for people who cannot see it.")
        elif _FILE_NAME.search(words):
            message = _("The description of a picture is the name of a file. Say what it shows.")
    elif part.kind is Kind.ILLUSTRATION and _lacks_words(value):
        message = _("A drawing has no description for people who cannot see it.")
    if message:
        yield Finding("alternative-text", Severity.WARNING, message, block_id=part.block_id)


def _lacks_words(drawing: dict[str, Any]) -> bool:
    """Return whether neither the editor nor the drawing's file describes it."""
    name = drawing.get("name") or ""
    return bool(name) and not drawing.get("description") and not illustrations.texts(name)[1]
