"""Reads the site's own SVG illustrations from the static folder, safe to inline.

The drawings are files of this repository, so they are trusted; what is guarded here is the name
(nothing outside the folder can be read) and the ids (the same drawing may stand twice on a page).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "static" / "clinic" / "illustrations"

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PROLOG = re.compile(r"<\?xml.*?\?>|<!--.*?-->|<!DOCTYPE.*?>", re.DOTALL)
_ROOT = re.compile(r"<svg\b([^>]*)>", re.DOTALL)
_ROOT_ATTRIBUTES = re.compile(r'\s(?:role|focusable|width|height|aria-[a-z]+)="[^"]*"')
_TEXT = re.compile(r"\s*<(title|desc)\b[^>]*>(.*?)</\1>", re.DOTALL)
_ID = re.compile(r'\bid="([^"]+)"')
_MARK = re.compile(r'<g class="ill-mark">(.*?<text[^>]*>(\d+)</text>)</g>', re.DOTALL)
_ID_USE = re.compile(r'(url\(#|href="#)([^")]+)')

Place = tuple[str, str]  # what a number of a drawing stands for, and the address of its page


def names() -> list[str]:
    """Return the names of all illustrations, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.svg") if _NAME.fullmatch(path.stem))


def choices() -> list[tuple[str, str]]:
    """Return the illustrations as choices for editors: name and readable label."""
    return [(name, name.replace("-", " ").capitalize()) for name in names()]


@lru_cache(maxsize=128)
def _source(name: str) -> tuple[str, str, str]:
    """Return (svg without title and description, title, description); empty when unknown."""
    path = FOLDER / f"{name}.svg"
    if not _NAME.fullmatch(name) or not path.is_file():
        return "", "", ""
    svg = _PROLOG.sub("", path.read_text(encoding="utf-8")).strip()
    texts = {"title": "", "desc": ""}
    for match in _TEXT.finditer(svg):
        texts[match[1]] = texts[match[1]] or " ".join(match[2].split())
    return _TEXT.sub("", svg), texts["title"], texts["desc"]


def texts(name: str) -> tuple[str, str]:
    """Return the drawing's own title and description (English, HTML-escaped as in the file)."""
    return _source(name)[1:]


def render(
    name: str,
    *,
    uid: str,
    title: str = "",
    description: str = "",
    places: Sequence[Place] = (),
) -> str:
    """Return the drawing as HTML; decorative without a title, "" for an unknown name.

    ``uid`` makes the ids inside unique on the page. ``title`` and ``description`` are plain text.
    With ``places``, pointers can follow its numbers, and its words stand before it as text.
    """
    svg = _source(name)[0]
    if not svg:
        return ""
    if places:
        # Not inside a picture: assistive technology would look for links in it and find none.
        words = ". ".join(part.rstrip(".") for part in (title, description) if part)
        before = f'<p class="visually-hidden">{escape(words)}.</p>'
        return before + _drawn(_linked(svg, places), uid, "", "")
    return _drawn(svg, uid, title, description)


def _linked(svg: str, places: Sequence[Place]) -> str:
    """Return the drawing with its numbers as links for pointers; the rest reads the list below."""

    def link(match: re.Match[str]) -> str:
        number = int(match[2])
        if number > len(places):
            return match[0]
        name, address = places[number - 1]
        opening = f'<a class="ill-mark" href="{escape(address)}" tabindex="-1">'
        return f"{opening}<title>{escape(name)}</title>{match[1]}</a>"

    return _MARK.sub(link, svg)


def _drawn(svg: str, uid: str, title: str, description: str) -> str:
    svg = _ID.sub(lambda match: f'id="{uid}-{match[1]}"', svg)
    svg = _ID_USE.sub(lambda match: f"{match[1]}{uid}-{match[2]}", svg)
    root = _ROOT.search(svg)
    if root is None:
        return ""
    attributes = _ROOT_ATTRIBUTES.sub("", root[1])
    if title:
        labelled = f"{uid}-title" + (f" {uid}-desc" if description else "")
        opening = f'<svg{attributes} role="img" aria-labelledby="{labelled}" focusable="false">'
        opening += f'<title id="{uid}-title">{escape(title)}</title>'
        if description:
            opening += f'<desc id="{uid}-desc">{escape(description)}</desc>'
    else:
        opening = f'<svg{attributes} aria-hidden="true" focusable="false">'
    return svg[: root.start()] + opening + svg[root.end() :]
