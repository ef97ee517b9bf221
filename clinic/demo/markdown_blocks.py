"""Turns the demo's Markdown into the values of a StreamField; README.md here shows the format.

A value refers to another page as ``page:<slug>``; `Resolver` says which page that is.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

from markdown_it import MarkdownIt

Block = dict[str, Any]
Resolver = Callable[[str], int | None]

_MARKDOWN = MarkdownIt("commonmark", {"typographer": True}).enable(["replacements", "smartquotes"])
_FENCE = re.compile(
    r"^:::[ ]*(?P<name>[a-z-]+)(?P<argument>[^\n]*)\n(?P<body>.*?)^:::$", re.M | re.S
)
_PAGE_LINK = re.compile(r'<a href="page:([a-z0-9-]+)">')
_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>[^)]+)\)")
_NAMESPACE = uuid.UUID("6a0b1a8e-6f0f-4c1f-9f0a-2d3a8e0c5b11")


def parse_blocks(body: str, resolve: Resolver, *, seed: str) -> list[Block]:
    """Return the blocks of a body; `seed` makes their ids the same at every load."""
    blocks = list(_parse(body, resolve))
    for number, block in enumerate(blocks):
        block["id"] = str(uuid.uuid5(_NAMESPACE, f"{seed}/{number}/{block['type']}"))
    return blocks


def rich_text(markdown: str, resolve: Resolver) -> str:
    """Return Markdown as HTML in the form that Wagtail stores."""

    def page_link(match: re.Match[str]) -> str:
        return f'<a linktype="page" id="{resolve(match[1])}">'

    html = _MARKDOWN.render(markdown.strip()).strip()
    for tag, stored in (("strong", "b"), ("em", "i")):
        html = html.replace(f"<{tag}>", f"<{stored}>").replace(f"</{tag}>", f"</{stored}>")
    return _PAGE_LINK.sub(page_link, html)


def plain(markdown: str) -> str:
    """Return one line of Markdown as plain text with typographic quotes."""
    return unescape(re.sub(r"<[^>]+>", "", _MARKDOWN.renderInline(markdown.strip())))


def _parse(body: str, resolve: Resolver) -> Iterator[Block]:
    position = 0
    for fence in _FENCE.finditer(body):
        yield from _prose(body[position : fence.start()], resolve)
        yield _FENCES[fence["name"]](fence["argument"].strip(), fence["body"].strip(), resolve)
        position = fence.end()
    yield from _prose(body[position:], resolve)


def _prose(text: str, resolve: Resolver) -> Iterator[Block]:
    for part in re.split(r"^(#{2,3} .+)$", text, flags=re.M):
        if part.startswith("### "):
            yield {"type": "subheading", "value": plain(part[4:])}
        elif part.startswith("## "):
            yield {"type": "heading", "value": plain(part[3:])}
        elif part.strip():
            yield {"type": "paragraph", "value": rich_text(part, resolve)}


def _arguments(argument: str, count: int) -> list[str]:
    parts = [plain(part) for part in argument.split("|")]
    return (parts + [""] * count)[:count]


def _callout(argument: str, body: str, resolve: Resolver) -> Block:
    kind, title = _arguments(argument, 2)
    value = {"kind": kind, "title": title, "text": rich_text(body, resolve)}
    return {"type": "callout", "value": value}


def _steps(argument: str, body: str, resolve: Resolver) -> Block:
    steps = []
    for part in re.split(r"^### ", body, flags=re.M)[1:]:
        heading, _, text = part.partition("\n")
        title, time = _arguments(heading, 2)
        steps.append({"title": title, "time": time, "text": rich_text(text, resolve)})
    return {"type": "steps", "value": steps}


def _question(argument: str, body: str, resolve: Resolver) -> Block:
    value = {"question": plain(argument), "answer": rich_text(body, resolve)}
    return {"type": "question", "value": value}


def _when_to_call(argument: str, body: str, resolve: Resolver) -> Block:
    signs: dict[str, list[str]] = {"red": [], "amber": [], "green": []}
    colour = ""
    for line in filter(None, body.splitlines()):
        if line.startswith("- "):
            signs[colour].append(plain(line[2:]))
        else:
            colour = line.rstrip(":")
    return {"type": "when_to_call", "value": signs}


def _illustration(argument: str, body: str, resolve: Resolver) -> Block:
    places = [resolve(slug) for slug in re.findall(r"^- page:([a-z0-9-]+)$", body, flags=re.M)]
    caption = "\n".join(line for line in body.splitlines() if not line.startswith("- page:"))
    value = {
        "name": argument,
        "description": "",
        "caption": plain(caption),
        "places": places,
    }
    return {"type": "illustration", "value": value}


def _table(argument: str, body: str, resolve: Resolver) -> Block:
    rows = [
        [plain(cell) for cell in line.strip().strip("|").split("|")] for line in body.splitlines()
    ]
    value = {
        "columns": [{"type": "text", "heading": heading} for heading in rows[0]],
        "rows": [{"values": row} for row in rows[2:]],
        "caption": plain(argument),
    }
    return {"type": "table", "value": value}


def _key_points(argument: str, body: str, resolve: Resolver) -> Block:
    points = [plain(line[2:]) for line in body.splitlines() if line.startswith("- ")]
    return {"type": "key_points", "value": {"title": plain(argument), "points": points}}


def _urgent(argument: str, body: str, resolve: Resolver) -> Block:
    return {"type": "urgent", "value": {"title": plain(argument), "text": plain(body)}}


def _wallet_card(argument: str, body: str, resolve: Resolver) -> Block:
    lines = []
    for line in filter(lambda line: line.startswith("- "), body.splitlines()):
        label, _, text = line[2:].partition(":")
        lines.append({"label": plain(label), "text": plain(text.replace("_", " "))})
    return {"type": "wallet_card", "value": {"title": plain(argument), "lines": lines}}


def _letter(argument: str, body: str, resolve: Resolver) -> Block:
    value = {"title": plain(argument), "text": rich_text(body, resolve)}
    return {"type": "letter", "value": value}


def _links(argument: str, body: str, resolve: Resolver) -> Block:
    links = []
    for match in _LINK.finditer(body):
        slug = match["target"].removeprefix("page:")
        to_page = slug != match["target"]
        links.append(
            {
                "page": resolve(slug) if to_page else None,
                "url": "" if to_page else match["target"],
                "text": plain(match["text"]),
            }
        )
    return {"type": "links", "value": {"title": plain(argument), "links": links}}


def _cards(argument: str, body: str, resolve: Resolver) -> Block:
    pages = [resolve(slug) for slug in re.findall(r"page:([a-z0-9-]+)", body)]
    return {"type": "page_cards", "value": {"title": plain(argument), "pages": pages}}


def _text(argument: str, body: str, resolve: Resolver) -> Block:
    return {"type": "patient_text", "value": {"key": argument}}


def _therapy_types(argument: str, body: str, resolve: Resolver) -> Block:
    return {"type": "therapy_types", "value": {"title": plain(argument), "text": plain(body)}}


def _open_trials(argument: str, body: str, resolve: Resolver) -> Block:
    value = {"title": plain(argument), "text": plain(body), "limit": 3}
    return {"type": "open_trials", "value": value}


def _people(argument: str, body: str, resolve: Resolver) -> Block:
    title, slug = _arguments(argument, 2)
    value = {"title": title, "text": plain(body), "limit": 4, "page": resolve(slug)}
    return {"type": "people", "value": value}


def _feature(argument: str, body: str, resolve: Resolver) -> Block:
    title, illustration, slug, link_text = _arguments(argument, 4)
    value = {
        "title": title,
        "text": rich_text(body, resolve),
        "illustration": illustration,
        "page": resolve(slug),
        "link_text": link_text,
    }
    return {"type": "feature", "value": value}


_FENCES: dict[str, Callable[[str, str, Resolver], Block]] = {
    "callout": _callout,
    "cards": _cards,
    "feature": _feature,
    "illustration": _illustration,
    "key-points": _key_points,
    "letter": _letter,
    "links": _links,
    "open-trials": _open_trials,
    "people": _people,
    "question": _question,
    "steps": _steps,
    "table": _table,
    "text": _text,
    "therapy-types": _therapy_types,
    "urgent": _urgent,
    "wallet-card": _wallet_card,
    "when-to-call": _when_to_call,
}
