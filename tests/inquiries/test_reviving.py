"""What is sent from a page that was still open when its inquiry was erased is not lost."""

import pytest

from clinic.models import AuditEvent, OutboxMessage
from clinic.roles import LEADS
from clinic.sealing import UnknownKeyError
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_trial
from trials.inquiries import services
from trials.inquiries.enums import InquiryState, QuarantineReason
from trials.inquiries.lookup import index_submissions, search
from trials.inquiries.models import Inquiry, LookupToken, Submission
from trials.inquiries.services import RevivingFailedError, revive_late_sendings, reviving

pytestmark = pytest.mark.django_db
NUMBER = "415 555 0188"


@pytest.fixture
def erased(db):
    """An inquiry about two trials in Spanish, erased."""
    make_home_page()
    make_user(LEADS)
    trials = {"trial": make_trial(), "more_trials": [make_trial()]}
    inquiry = make_inquiry(language="es", **trials)
    services.erase(inquiry_id=inquiry.pk, why="test")
    return inquiry, trials


def send_again(erased, **answers):
    inquiry, trials = erased
    make_inquiry(
        inquiry_id=inquiry.pk, language="es", answers={"phone": NUMBER} | answers, **trials
    )


def test_it_becomes_an_inquiry_of_its_own(erased, as_role):
    first, trials = erased
    send_again(erased)
    with as_role("worker"):
        assert index_submissions() == 0
        assert revive_late_sendings() == 1
        assert index_submissions() == 1
    new = Inquiry.objects.exclude(pk=first.pk).get()
    assert new.open_answers()["phone"] == NUMBER
    assert new.state == InquiryState.NEW and new.language == "es" and new.erased_at is None
    assert new.consent_version == first.consent_version and new.reference != first.reference
    assert set(new.trials.all()) == {trials["trial"], *trials["more_trials"]}
    assert [found.pk for found in search(Inquiry.objects.all(), NUMBER)] == [new.pk]
    told = OutboxMessage.objects.values_list("template", "subject_id")
    assert ("inquiry_nudge", str(new.pk)) in told and ("inquiry_received", str(new.pk)) in told


def test_the_tombstone_is_as_it_was(erased, as_role):
    first, _trials = erased
    before = Inquiry.objects.filter(pk=first.pk).values().get()
    send_again(erased, needs_interpreter=True)
    with as_role("worker"):
        index_submissions()
        revive_late_sendings()
    assert Inquiry.objects.filter(pk=first.pk).values().get() == before
    assert not Submission.objects.filter(inquiry=first.pk).exists()
    assert not LookupToken.objects.filter(inquiry=first.pk).exists()
    assert not OutboxMessage.objects.for_subject("inquiry", first.pk).exists()
    event = AuditEvent.objects.get(action="inquiry.revived")
    assert event.data == {"instead_of": str(first.pk)}
    assert PLANTED["name"] not in str(AuditEvent.objects.values_list("data"))


def test_urgent_words_are_told_of_at_once(erased):
    inquiry, trials = erased
    make_inquiry(inquiry_id=inquiry.pk, is_urgent=True, answers={"phone": NUMBER}, **trials)
    revive_late_sendings()
    new = Inquiry.objects.exclude(pk=inquiry.pk).get()
    assert new.urgent_at
    assert OutboxMessage.objects.filter(template="inquiry_urgent", subject_id=new.pk).exists()


def test_what_looked_like_spam_waits_for_a_person_again(db):
    make_home_page()
    suspicion = {"quarantine_reasons": [QuarantineReason.HONEYPOT]}
    inquiry = make_inquiry(**suspicion)
    services.erase(inquiry_id=inquiry.pk, why="test")
    make_inquiry(inquiry_id=inquiry.pk, answers={"phone": NUMBER}, **suspicion)
    revive_late_sendings()
    new = Inquiry.objects.exclude(pk=inquiry.pk).get()
    assert new.is_quarantined and new.quarantine_reasons == [QuarantineReason.HONEYPOT]
    assert not OutboxMessage.objects.filter(template="inquiry_received").exists()


def test_ended_by_force_in_between__it_is_one_inquiry_all_the_same(erased, monkeypatch):
    send_again(erased)
    with monkeypatch.context() as broken:
        broken.setattr(reviving, "_take_away", lambda submission: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            revive_late_sendings()
    assert revive_late_sendings() == 1
    assert revive_late_sendings() == 0
    assert Inquiry.objects.count() == 2 and Submission.objects.count() == 1


def test_one_that_cannot_be_read_is_told_of_and_holds_up_no_other(erased, monkeypatch, caplog):
    send_again(erased)
    send_again(erased, phone="415 555 0199")
    broken = Submission.objects.order_by("received_at").first()
    unsealed = Submission.unsealed

    def refuse(self):
        if self.pk == broken.pk:
            raise UnknownKeyError
        return unsealed(self)

    monkeypatch.setattr(Submission, "unsealed", refuse)
    with pytest.raises(RevivingFailedError, match="1 late submissions"):
        revive_late_sendings()
    assert Inquiry.objects.exclude(erased_at=None).count() == 1
    assert Inquiry.objects.filter(erased_at=None).count() == 1
    assert str(broken.pk) in caplog.text and "UnknownKeyError" in caplog.text
