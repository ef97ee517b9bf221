"""Accepting with real commits."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from clinic.models import AuditEvent, OutboxMessage
from tests.inquiries.factories import ANSWERS
from trials.inquiries.enums import Origin
from trials.inquiries.models import Inquiry, ReceiptStatus, Submission
from trials.inquiries.services import accept

pytestmark = pytest.mark.django_db(transaction=True)


def send(inquiry_id: uuid.UUID):
    return accept(
        inquiry_id=inquiry_id,
        answers=ANSWERS,
        trial=None,
        language="en",
        origin=Origin.HELP,
        consent_version="en-0-0",
    )


def send_from_a_thread(inquiry_id: uuid.UUID):
    try:
        return send(inquiry_id)
    finally:
        connection.close()


def test_accept__sent_many_times_at_once_is_one_inquiry():
    inquiry_id = uuid.uuid4()
    with ThreadPoolExecutor(max_workers=6) as pool:
        accepted = list(pool.map(send_from_a_thread, [inquiry_id] * 12))
    assert len(set(accepted)) == 1
    counts = [model.objects.count() for model in (Inquiry, Submission, ReceiptStatus, AuditEvent)]
    assert counts == [1, 1, 1, 1]
    assert OutboxMessage.objects.filter(template="inquiry_received").count() == 1


def test_accept__never_answers_before_its_own_commit():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        send(uuid.uuid4())
    assert not Inquiry.objects.exists()
