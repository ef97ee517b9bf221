"""A page or text as a list of plain parts, one for each field and block, to be compared."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.fields import RichTextField

from clinic.review import BOOKKEEPING_FIELDS, REVIEW_FIELDS

_LINES = frozenset({"p", "li", "br", "h2", "h3", "h4", "h5", "h6", "tr", "hr"})


@dataclass(frozen=True)
class Part:
    """One field or one block: what it says in words, and its value as it is stored."""

    field: str
    key: str
    label: str
    words: str
    stored: str


def plain_parts(instance: Any) -> list[Part]:
    """Return every part of a text that an approval covers, in the order of its fields.

    They come from what the hash of an approval is made of, so nothing signed is left out.
    """
    parts: list[Part] = []
    for name, stored in instance.serializable_data().items():
        if name in BOOKKEEPING_FIELDS or name in REVIEW_FIELDS:
            continue
        parts += _parts_of_field(instance, name, stored)
    return parts


def field_label(instance: Any, name: str) -> str:
    """Return what editors call a field."""
    try:
        field = instance._meta.get_field(name)
    except FieldDoesNotExist:
        return str(capfirst(name.replace("_", " ")))
    related = getattr(field, "related_model", None) if not field.concrete else None
    meta = related._meta if related else None
    return str(capfirst(meta.verbose_name_plural if meta else field.verbose_name))


def _parts_of_field(instance: Any, name: str, stored: Any) -> Iterator[Part]:
    label = field_label(instance, name)
    try:
        field = instance._meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if hasattr(field, "stream_block"):
        for place, child in enumerate(getattr(instance, name)):
            yield Part(
                field=name,
                key=child.id or f"{name}-{place}",
                label=f"{label}: {capfirst(child.block.label)}",
                words=words_of(child.block, child.value),
                stored=_as_json([child.block_type, child.block.get_prep_value(child.value)]),
            )
    elif isinstance(stored, list) and hasattr(getattr(instance, name, None), "all"):
        rows = getattr(instance, name).all()
        for place, words in enumerate(map(_words_of_row if field.one_to_many else str, rows)):
            yield Part(name, f"{name}-{words}-{place}", label, words, _as_json(words))
    else:
        yield Part(name, name, label, _words_of_field(instance, field, name), _as_json(stored))


def _words_of_field(instance: Any, field: Any, name: str) -> str:
    value = getattr(instance, name, None)
    if isinstance(field, RichTextField):
        return words_of_html(value or "")
    if getattr(field, "choices", None):
        return str(getattr(instance, f"get_{name}_display")())
    return _words_of_value(value)


def _words_of_row(row: Any) -> str:
    said = [
        field.name
        for field in row._meta.concrete_fields
        if not (field.primary_key or isinstance(field, ParentalKey) or field.name == "sort_order")
    ]
    return ", ".join(_words_of_value(getattr(row, name)) for name in said)


def words_of(block: Any, value: Any) -> str:
    """Return what a block says, a line for each of its parts."""
    if value is None:
        return ""
    if isinstance(block, blocks.RichTextBlock):
        return words_of_html(value.source)
    if isinstance(block, TypedTableBlock):
        heads = " | ".join(column["heading"] for column in value.columns)
        rows = [" | ".join(words_of(cell.block, cell.value) for cell in row) for row in value.rows]
        return "\n".join([value.caption or "", heads, *rows]).strip()
    if isinstance(block, blocks.StructBlock):
        named = [
            (child.label, words_of(child, value.get(name)))
            for name, child in block.child_blocks.items()
        ]
        return "\n".join(f"{capfirst(label)}: {words}" for label, words in named if words)
    if isinstance(block, blocks.ListBlock):
        return "\n".join(words_of(block.child_block, item) for item in value)
    if isinstance(block, blocks.StreamBlock):
        return "\n".join(words_of(child.block, child.value) for child in value)
    if isinstance(block, blocks.ChoiceBlock):
        choices = dict(block.field.choices)
        return str(choices.get(value, value))
    return _words_of_value(value)


def _words_of_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)


def _as_json(value: Any) -> str:
    return json.dumps(_without_keys(value), cls=DjangoJSONEncoder, sort_keys=True)


def _without_keys(value: Any) -> Any:
    """Return a stored value without what the editor's form rewrites whenever a draft is saved."""
    if isinstance(value, str):
        return _tags_and_words(value) if value.lstrip().startswith("<") else value
    if isinstance(value, list | tuple):
        return [_without_keys(item) for item in value]
    if isinstance(value, dict):
        is_item = value.keys() == {"type", "value", "id"}
        return {
            name: _without_keys(item)
            for name, item in value.items()
            if item not in (None, "") and not (is_item and name == "id")
        }
    return value


def words_of_html(html: str) -> str:
    """Return the words of a formatted text in lines; a link says where it leads."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).splitlines())
    return "\n".join(line for line in lines if line)


def _tags_and_words(html: str) -> list[Any]:
    """Return formatted text as it is meant: however its tags, spaces and quotes are written."""
    reader = _Structure()
    reader.feed(html)
    reader.close()
    return reader.pieces


class _Structure(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[Any] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag with its attributes in one order, without the editor's own."""
        self.pieces.append([tag, sorted((a, b or "") for a, b in attrs if a != "data-block-key")])

    def handle_endtag(self, tag: str) -> None:
        """Keep the end; some tags have none, or one that means nothing."""
        if tag not in {"br", "hr", "embed"}:
            self.pieces.append([tag])

    def handle_data(self, data: str) -> None:
        """Keep the words; their spaces are seen in the words of the part."""
        if words := " ".join(data.split()):
            self.pieces.append(words)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a line, or remember where a link leads."""
        given = dict(attrs)
        if tag in _LINES:
            self.pieces.append("\n• " if tag == "li" else "\n")
        elif tag == "a":
            inside = f"{given.get('linktype') or ''} {given.get('id') or ''}".strip()
            self._targets.append(given.get("href") or inside)
        elif tag == "embed":
            self.pieces.append(f" [{given.get('alt') or given.get('embedtype') or ''}] ")

    def handle_endtag(self, tag: str) -> None:
        """End a line, or say where the link leads."""
        if tag in _LINES:
            self.pieces.append("\n")
        elif tag == "a" and self._targets:
            self.pieces.append(f" ({self._targets.pop()})")

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.pieces.append(data.replace("\n", " "))
