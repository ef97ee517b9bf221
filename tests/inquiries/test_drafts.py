"""What is typed survives the end of a session: sealed, one's own, and gone when it is saved."""

import threading
import time
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from clinic.middleware.staff_session import ACTIVE, STARTED
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import make_inquiry, make_member, make_trial
from trials.inquiries.enums import DraftKind
from trials.inquiries.models import Inquiry, Note, NoteDraft
from trials.inquiries.services import save_draft
from trials.inquiries.services.drafts import delete_old_drafts

pytestmark = pytest.mark.django_db
TEXT = "Spoke with her sister: call after six"
# As a page sends by itself, and as a person sends.
BY_ITSELF = {"HTTP_SEC_FETCH_MODE": "cors", "HTTP_SEC_FETCH_SITE": "same-origin"}
BY_PERSON = {"HTTP_SEC_FETCH_MODE": "navigate", "HTTP_SEC_FETCH_SITE": "same-origin"}


@pytest.fixture
def trial(db):
    make_home_page()
    return make_trial()


@pytest.fixture
def coordinator(trial):
    return make_member(trial, COORDINATORS)


@pytest.fixture
def inquiry(trial):
    return make_inquiry(trial=trial)


@pytest.fixture
def staff(client, coordinator):
    client.force_login(coordinator)
    return client


def address(inquiry, action="draft"):
    return f"/admin/inquiries/{inquiry.pk}/{action}/"


def keep(client, inquiry, kind="note", text=TEXT, **data):
    return client.post(address(inquiry), {"kind": kind, "text": text, **data}, **BY_ITSELF)


def show(client, inquiry):
    return client.get(f"/admin/inquiries/{inquiry.pk}/", **BY_PERSON).content.decode()


def test_draft__is_sealed_and_offered_again_to_this_person_only(staff, inquiry, trial):
    assert keep(staff, inquiry).status_code == HTTPStatus.NO_CONTENT
    draft = NoteDraft.objects.get()
    assert TEXT.encode() not in bytes(draft.blob) and draft.unsealed() == {"text": TEXT}
    page = show(staff, inquiry)
    assert f"{TEXT}</textarea>" in page and "draft that you did not save" in page
    colleague = Client()
    colleague.force_login(make_member(trial, COORDINATORS))
    assert TEXT not in show(colleague, inquiry)


def test_draft__is_one_for_each_form_and_the_newest_text(staff, inquiry):
    keep(staff, inquiry, text="first")
    keep(staff, inquiry)
    keep(staff, inquiry, kind="attempt", text="of a call")
    texts = {draft.kind: draft.unsealed()["text"] for draft in NoteDraft.objects.all()}
    assert texts == {"note": TEXT, "attempt": "of a call"}


def test_draft__goes_when_its_note_or_attempt_is_saved(staff, inquiry):
    Inquiry.objects.update(received_at=timezone.now() - timedelta(days=1))
    keep(staff, inquiry)
    keep(staff, inquiry, kind="attempt")
    staff.post(address(inquiry, "note"), {"text": TEXT, "visibility": "team"})
    assert [draft.kind for draft in NoteDraft.objects.all()] == ["attempt"]
    at = f"{timezone.localtime() - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    data = {"channel": "phone", "outcome": "spoke", "at": at, "text": TEXT, "version": 0}
    staff.post(address(inquiry, "attempt"), data)
    assert not NoteDraft.objects.exists() and Note.objects.count() == 2


@pytest.mark.parametrize("data", [{"text": "  "}, {"discard": "1"}])
def test_draft__goes_when_it_is_emptied_or_discarded(staff, inquiry, data):
    keep(staff, inquiry)
    keep(staff, inquiry, **data)
    assert not NoteDraft.objects.exists()


def test_draft__goes_after_seven_days(staff, inquiry, as_role):
    keep(staff, inquiry)
    NoteDraft.objects.update(saved_at=timezone.now() - timedelta(days=6, hours=23))
    with as_role("worker"):
        assert delete_old_drafts() == 0
    NoteDraft.objects.update(saved_at=timezone.now() - timedelta(days=7, minutes=1))
    with as_role("worker"):
        assert delete_old_drafts() == 1


def test_draft__of_what_one_may_not_see_is_refused(inquiry):
    client = Client()
    client.force_login(make_user(COORDINATORS))
    assert keep(client, inquiry).status_code == HTTPStatus.NOT_FOUND
    assert not NoteDraft.objects.exists()


def test_draft__of_an_unknown_form_is_refused(staff, inquiry):
    assert keep(staff, inquiry, kind="x").status_code == HTTPStatus.BAD_REQUEST


def test_draft__one_that_cannot_be_read_hides_nothing(staff, inquiry):
    keep(staff, inquiry)
    NoteDraft.objects.update(blob=b"broken")
    assert inquiry.reference in show(staff, inquiry)


class TestSession:
    def age(self, client, seconds):
        session = client.session
        session[ACTIVE] = int(time.time()) - seconds
        session[STARTED] = session[ACTIVE]
        session.save()

    def test_keeping_a_draft__does_not_keep_the_session_alive(self, staff, inquiry):
        show(staff, inquiry)
        self.age(staff, 14 * 60)
        before = staff.session[ACTIVE]
        assert keep(staff, inquiry).status_code == HTTPStatus.NO_CONTENT
        assert staff.session[ACTIVE] == before
        self.age(staff, 15 * 60)
        assert keep(staff, inquiry, text="too late").status_code == HTTPStatus.UNAUTHORIZED
        assert NoteDraft.objects.get().unsealed() == {"text": TEXT}

    @pytest.mark.parametrize("action", ["note", "attempt"])
    def test_what_is_sent_too_late__is_offered_after_the_login(
        self, staff, coordinator, inquiry, action
    ):
        show(staff, inquiry)
        self.age(staff, 15 * 60)
        data = {"text": TEXT, "visibility": "team", "version": 0}
        late = staff.post(address(inquiry, action), data, **BY_PERSON)
        assert late.status_code == HTTPStatus.UNAUTHORIZED and TEXT in late.content.decode()
        assert not Note.objects.exists()
        staff.force_login(coordinator)
        assert f"{TEXT}</textarea>" in show(staff, inquiry)
        assert NoteDraft.objects.get().kind == action

    def test_what_another_site_sends_too_late__is_not_kept(self, staff, inquiry):
        show(staff, inquiry)
        self.age(staff, 15 * 60)
        foreign = {**BY_PERSON, "HTTP_SEC_FETCH_SITE": "cross-site"}
        staff.post(address(inquiry, "note"), {"text": TEXT, "visibility": "team"}, **foreign)
        assert not NoteDraft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_draft__of_two_tabs_at_once_is_one():
    make_home_page()
    lead, inquiry = make_user(LEADS), make_inquiry()
    start = threading.Barrier(2)
    failed = []

    def run(text: str) -> None:
        start.wait()
        try:
            for _number in range(5):
                save_draft(inquiry_id=inquiry.pk, kind=DraftKind.NOTE, text=text, user=lead)
        except Exception as error:  # noqa: BLE001 - the test says which
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[text]) for text in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not failed
    assert NoteDraft.objects.get().unsealed()["text"] in {"one", "two"}
