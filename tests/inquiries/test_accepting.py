import uuid

import pytest
from django.db import ProgrammingError, connection, transaction

from clinic.models import AuditEvent, OutboxMessage
from clinic.sealing import SealingError
from tests.factories import make_user
from tests.inquiries.factories import ANSWERS, make_inquiry, make_trial
from trials.inquiries.enums import Origin, QuarantineReason
from trials.inquiries.models import Inquiry, InquiryTrial, ReceiptStatus, Submission
from trials.inquiries.services import accept, accepting, telling
from trials.inquiries.tokens import receipt_hash

pytestmark = pytest.mark.django_db

MODELS = (Inquiry, Submission, InquiryTrial, ReceiptStatus, AuditEvent, OutboxMessage)


def accept_general(inquiry_id: uuid.UUID, **overrides):
    return accept(
        inquiry_id=inquiry_id,
        answers=ANSWERS | overrides,
        trial=None,
        language="en",
        origin=Origin.HELP,
        consent_version="en-0-0",
    )


def counts() -> list[int]:
    return [model.objects.count() for model in MODELS]


def test_accept__the_public_role_writes_everything_and_reads_nothing(as_role):
    trial, inquiry_id = make_trial(), uuid.uuid4()
    with as_role("public"):
        accepted = accept(
            inquiry_id=inquiry_id,
            answers=ANSWERS,
            trial=trial,
            language="en",
            origin=Origin.TRIAL,
            consent_version="en-0-0",
        )
    inquiry = Inquiry.objects.get(pk=inquiry_id)
    assert inquiry.reference == accepted.reference
    assert list(inquiry.trials.all()) == [trial]
    assert inquiry.submissions.get().unsealed() == ANSWERS | {"trial": trial.nct_id}
    assert ReceiptStatus.objects.get().token_hash == receipt_hash(accepted.receipt_token)
    assert AuditEvent.objects.get(object_id=str(inquiry_id)).action == "inquiry.received"
    templates = OutboxMessage.objects.for_subject("inquiry", inquiry_id)
    assert set(templates.values_list("template", flat=True)) == {
        "inquiry_received",
        "inquiry_nudge",
    }


@pytest.mark.parametrize("model", [Inquiry, Submission, InquiryTrial, AuditEvent, OutboxMessage])
def test_accept__the_public_role_cannot_read_back(as_role, model):
    make_inquiry(trial=make_trial())
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with as_role("public"), refused, transaction.atomic():
        list(model.objects.all())


@pytest.mark.parametrize("model", [Inquiry, Submission, ReceiptStatus, AuditEvent])
def test_accept__the_public_role_cannot_change_or_delete(as_role, model):
    make_inquiry()
    table = model._meta.db_table
    column = model._meta.pk.column
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with as_role("public"), refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_accept__without_a_private_key_nothing_opens(settings):
    inquiry = make_inquiry()
    settings.SEALING_PRIVATE_KEYS = []
    with pytest.raises(SealingError):
        inquiry.submissions.get().unsealed()


def test_accept__the_same_form_twice_is_one_inquiry(as_role):
    inquiry_id = uuid.uuid4()
    with as_role("public"):
        first = accept_general(inquiry_id)
    before = counts()
    with as_role("public"):
        assert accept_general(inquiry_id) == first
    assert counts() == before


def test_accept__corrected_answers_are_kept_beside_the_first(as_role):
    inquiry_id = uuid.uuid4()
    with as_role("public"):
        first = accept_general(inquiry_id)
        second = accept_general(inquiry_id, phone="415 555 0143")
    assert first == second
    submissions = Inquiry.objects.get().submissions.all()
    assert [(sent.is_first, sent.unsealed()["phone"]) for sent in submissions] == [
        (True, ANSWERS["phone"]),
        (False, "415 555 0143"),
    ]
    actions = AuditEvent.objects.order_by("at").values_list("action", flat=True)
    assert list(actions) == ["inquiry.received", "inquiry.corrected"]
    assert OutboxMessage.objects.filter(template="inquiry_received").count() == 1


@pytest.mark.parametrize("model", [Inquiry, Submission, ReceiptStatus])
def test_accept__without_one_of_its_rows_nothing_is_stored(monkeypatch, model):
    insert = accepting.insert_once

    def fail_for_one(row):
        if isinstance(row, model):
            raise RuntimeError(f"no {model.__name__}")
        return insert(row)

    monkeypatch.setattr(accepting, "insert_once", fail_for_one)
    before = counts()
    with pytest.raises(RuntimeError, match=f"no {model.__name__}"):
        accept_general(uuid.uuid4())
    assert counts() == before


@pytest.mark.parametrize("step", ["record_event", "enqueue"])
def test_accept__without_its_audit_or_its_mail_nothing_is_stored(monkeypatch, step):
    def fail(*args, **kwargs):
        raise RuntimeError(f"no {step}")

    monkeypatch.setattr(accepting if hasattr(accepting, step) else telling, step, fail)
    before = counts()
    with pytest.raises(RuntimeError, match=f"no {step}"):
        accept_general(uuid.uuid4())
    assert counts() == before


def test_accept__general_and_quarantined_ones_have_an_owner_and_a_clock(clinic_settings):
    clinic_settings.default_assignee = owner = make_user()
    clinic_settings.save()
    general = make_inquiry()
    quarantined = make_inquiry(trial=make_trial(), quarantine_reasons=[QuarantineReason.HONEYPOT])
    for inquiry in (general, quarantined):
        assert inquiry.assignee == owner
        assert inquiry.reply_due_at > inquiry.received_at
        assert inquiry.awaits_attempt
    assert make_inquiry(trial=make_trial()).assignee is None


def test_accept__no_mail_goes_to_the_address_in_a_quarantined_form():
    make_inquiry(quarantine_reasons=[QuarantineReason.TOO_FAST])
    assert set(OutboxMessage.objects.values_list("template", flat=True)) == {"inquiry_nudge"}


def test_accept__no_confirmation_is_queued_without_an_address():
    make_inquiry(answers={"email": ""})
    assert not OutboxMessage.objects.filter(audience="sender").exists()


def test_inquiry__shows_as_its_reference_alone():
    inquiry = make_inquiry()
    assert str(inquiry) == inquiry.reference
    assert len(inquiry.reference) == 9
