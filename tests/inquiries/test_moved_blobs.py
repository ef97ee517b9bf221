"""Sealed data that was moved, changed or planted opens nowhere, and the look is written down."""

from collections.abc import Callable
from typing import Any

import pytest

from clinic.models import AuditEvent
from clinic.roles import LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry
from trials.inquiries.enums import Visibility
from trials.inquiries.models import Inquiry, Submission
from trials.inquiries.services import add_note, open_inquiry

pytestmark = pytest.mark.django_db


def of_another_inquiry(row: Submission, lead: Any) -> dict[str, Any]:
    other = make_inquiry().submissions.get()
    return {"blob": other.blob, "key_id": other.key_id}


def of_another_column(row: Submission, lead: Any) -> dict[str, Any]:
    add_note(
        inquiry_id=row.inquiry_id,
        text=PLANTED["message"],
        visibility=Visibility.TEAM,
        actor=lead,
    )
    note = row.inquiry.notes.get()
    return {"blob": note.blob, "key_id": note.key_id}


def one_bit_flipped(row: Submission, lead: Any) -> dict[str, Any]:
    blob = bytearray(row.blob)
    blob[-1] ^= 1
    return {"blob": bytes(blob)}


def cut_short(row: Submission, lead: Any) -> dict[str, Any]:
    return {"blob": bytes(row.blob)[:-16]}


def planted_in_clear(row: Submission, lead: Any) -> dict[str, Any]:
    return {"blob": b'{"name": "Zebulon Quillfeather"}'}


def unknown_key(row: Submission, lead: Any) -> dict[str, Any]:
    return {"key_id": "k1999-01"}


def empty(row: Submission, lead: Any) -> dict[str, Any]:
    return {"blob": b""}


@pytest.mark.parametrize(
    "tamper",
    [
        of_another_inquiry,
        of_another_column,
        one_bit_flipped,
        cut_short,
        planted_in_clear,
        unknown_key,
        empty,
    ],
)
def test_tampered_answers__show_nothing_and_leave_an_event(
    tamper: Callable[[Submission, Any], dict[str, Any]], client: Any
) -> None:
    make_home_page()
    lead = make_user(LEADS)
    inquiry = make_inquiry()
    row = inquiry.submissions.get()
    Submission.objects.filter(pk=row.pk).update(**tamper(row, lead))

    opened = open_inquiry(inquiry_id=inquiry.pk, actor=lead, request=None)
    assert opened.answers is None
    event = AuditEvent.objects.get(action="inquiry.open_failed")
    assert (event.object_id, event.actor) == (str(inquiry.pk), lead)
    client.force_login(lead)
    page = client.get(f"/admin/inquiries/{inquiry.pk}/").text
    assert PLANTED["email"] not in page and PLANTED["name"] not in page
    assert Inquiry.objects.filter(pk=inquiry.pk).exists()
