"""docs/security/retention.md says of every table and every end what the code does.

A new model that leads to an inquiry, or holds something sealed, fails here until somebody has
decided what an erasure does with it and has written that down.
"""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from clinic.models import AuditEvent, OutboxMessage
from trials.inquiries.enums import ENDS, InquiryState
from trials.inquiries.models import Inquiry, LookupToken, ReceiptStatus
from trials.inquiries.models.sealed import SealedRow
from trials.inquiries.retention_rules import AFTER_PRE_SCREEN, DEFAULTS
from trials.inquiries.services.erasing import sealed_models

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security" / "retention.md").read_text()
DEMO = ROOT / "clinic" / "demo"
# How the pages for patients say a number of months.
SAID = {
    "en": {6: "six months", 12: "one year", 36: "three years"},
    "es": {6: "seis meses", 12: "un año", 36: "tres años"},
}
FREE_TEXT = (models.TextField, models.BinaryField, models.JSONField)


def said() -> dict[str, str]:
    """Return what the document says an erasure does, by table."""
    tables = TEXT.partition("### What an erasure does, table by table")[2].partition("###")[0]
    rows = re.findall(r"^\| `(\w+)` \| (deleted|emptied|kept|apart) \|", tables, re.MULTILINE)
    return dict(rows)


def linked() -> set[type[models.Model]]:
    """Return every model that leads to an inquiry or a receipt, over others too."""
    found: set[type[models.Model]] = {Inquiry, ReceiptStatus}
    while True:
        more = {
            model
            for model in apps.get_models(include_auto_created=True)
            for field in model._meta.get_fields()
            if field.is_relation
            and (field.concrete or field.many_to_many)
            and not field.auto_created
            and field.related_model in found
        }
        if more <= found:
            return found
        found |= more


def test_every_table__that_leads_to_an_inquiry_is_in_the_document() -> None:
    by_its_id = {OutboxMessage, AuditEvent}
    sealed = {model for model in apps.get_models() if issubclass(model, SealedRow)}
    expected = {model._meta.db_table for model in linked() | by_its_id | sealed}
    assert set(said()) == expected


def test_what_is_deleted__is_what_the_code_deletes() -> None:
    deleted = {model._meta.db_table for model in (*sealed_models(), LookupToken, OutboxMessage)}
    assert {table for table, fate in said().items() if fate == "deleted"} == deleted


def test_what_is_kept__has_no_place_for_words() -> None:
    kept = {table for table, fate in said().items() if fate == "kept"}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table not in kept or model is AuditEvent:
            continue
        assert not issubclass(model, SealedRow), model
        free = [field.name for field in model._meta.fields if isinstance(field, FREE_TEXT)]
        assert free == [], model


def test_every_rule__is_in_the_document_with_its_months() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+ months?|kept) \|", TEXT, re.MULTILINE))
    words = {
        key: "kept"
        if default.months is None
        else f"{default.months} month{'s' if default.months > 1 else ''}"
        for key, default in DEFAULTS.items()
    }
    assert {key: rows[key] for key in words} == words


def test_every_end__has_a_rule_or_goes_with_another() -> None:
    assert {*ENDS} - {InquiryState.DUPLICATE} == {*DEFAULTS} - {AFTER_PRE_SCREEN}


@pytest.mark.parametrize("language", SAID)
def test_what_patients_read__is_what_the_rules_say(language: str) -> None:
    said = SAID[language]
    usual = {
        default.months
        for end, default in DEFAULTS.items()
        if end not in {InquiryState.WITHDRAWN, InquiryState.SPAM, AFTER_PRE_SCREEN}
        and default.months is not None
    }
    privacy = (DEMO / "pages" / language / "privacy.md").read_text()
    kept = privacy.split("\n## ")[3]
    assert [words for words in said.values() if words not in kept] == []
    assert "180" not in kept
    most_often, after_a_wish, after_the_pre_screen = re.findall(r"^- (.+)$", kept, re.MULTILINE)
    (months,) = usual
    assert said[months] in most_often
    assert said[DEFAULTS[InquiryState.WITHDRAWN].months or 0] in after_a_wish
    assert said[DEFAULTS[AFTER_PRE_SCREEN].months or 0] in after_the_pre_screen
    consent = (DEMO / "texts" / language / "consent.md").read_text()
    assert said[months] in consent and "180" not in consent
