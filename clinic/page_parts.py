"""The leaves of a page's content, each with the block of the page that it stands in.

Works on stored values, so that looking at a text costs no query and a choice that leads to
nothing is still seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.db import models
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import BaseTypedTableBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page

from clinic.blocks.lists import LinkBlock
from clinic.blocks.media import IllustrationBlock


class Kind(Enum):
    """What a leaf is; the value of a picture, drawing or link is a dictionary."""

    TEXT = auto()
    RICH_TEXT = auto()
    IMAGE = auto()
    ILLUSTRATION = auto()
    LINK = auto()
    PAGE = auto()


Leaf = tuple[Kind, str, Any]

_KINDS: tuple[tuple[type[blocks.Block], Kind], ...] = (
    (ImageBlock, Kind.IMAGE),
    (IllustrationBlock, Kind.ILLUSTRATION),
    (LinkBlock, Kind.LINK),
    (blocks.PageChooserBlock, Kind.PAGE),
    (blocks.RichTextBlock, Kind.RICH_TEXT),
    (blocks.URLBlock, Kind.LINK),
    (blocks.CharBlock, Kind.TEXT),
    (blocks.TextBlock, Kind.TEXT),
)


@dataclass(frozen=True)
class Part:
    """One leaf: its value as stored, its own name, and the field and block that hold it."""

    kind: Kind
    value: Any
    name: str
    field: str
    holder: str = ""
    block_id: str = ""


def parts_of(instance: Any) -> Iterator[Part]:
    """Yield the leaves of all content fields in their order; a page's title is none."""
    for field in instance._meta.get_fields():
        if getattr(field, "model", None) is Page:
            continue  # addresses and descriptions for search engines
        if isinstance(field, StreamField):
            yield from _stream(field, getattr(instance, field.name).get_prep_value())
        elif isinstance(field, RichTextField):
            yield Part(Kind.RICH_TEXT, getattr(instance, field.name) or "", field.name, field.name)
        elif isinstance(field, models.TextField):
            yield Part(Kind.TEXT, str(getattr(instance, field.name) or ""), field.name, field.name)


def _stream(field: StreamField, raw: list[dict[str, Any]]) -> Iterator[Part]:
    for child in raw:
        holder, block_id = child["type"], child.get("id") or ""
        if block := field.stream_block.child_blocks.get(holder):
            for kind, name, value in _leaves(block, child["value"], holder):
                yield Part(kind, value, name, field.name, holder, block_id)


def _leaves(block: blocks.Block, raw: Any, name: str) -> Iterator[Leaf]:
    for block_class, kind in _KINDS:
        if isinstance(block, block_class):
            yield kind, name, raw
            if kind is Kind.ILLUSTRATION:
                places = block.child_blocks["places"]
                yield from _leaves(places, (raw or {}).get("places"), "places")
            return
    if isinstance(block, BaseTypedTableBlock):
        yield from _table(block, raw or {})
    elif isinstance(block, blocks.ListBlock):
        for item in raw or []:
            value = item["value"] if isinstance(item, dict) and "value" in item else item
            yield from _leaves(block.child_block, value, name)
    elif isinstance(block, blocks.StructBlock):
        for child_name, child in block.child_blocks.items():
            yield from _leaves(child, (raw or {}).get(child_name), child_name)


def _table(table: BaseTypedTableBlock, raw: dict[str, Any]) -> Iterator[Leaf]:
    columns = [table.child_blocks.get(column["type"]) for column in raw.get("columns", [])]
    for row in raw.get("rows", []):
        for column, value in zip(columns, row["values"], strict=False):
            if column is not None:
                yield from _leaves(column, value, "cell")
