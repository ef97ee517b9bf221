"""The private page as its owner meets it: through the public door, under the public role."""

import uuid
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format

from clinic.models import AuditEvent, OutboxMessage, PatientText, RateLimitHit
from clinic.roles import LEADS
from tests.factories import make_home_page, make_patient_text, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_trial
from tests.inquiries.private_page import address_of, ask_for, fields, owner, post, requests
from trials.inquiries import services
from trials.inquiries.enums import (
    CLOSINGS,
    ENDS,
    REASONS,
    Channel,
    InquiryState,
    Outcome,
    ReceiptStep,
)
from trials.inquiries.models import Inquiry, ReceiptStatus, SenderRequest, Submission
from trials.inquiries.sender_enums import RequestKind
from trials.inquiries.services.asking import MOST_A_DAY
from trials.inquiries.services.changing import save

NOTE = {"message": "My daughter comes with me <b>always</b>."}
WISHES = {"contact_when": "after six", "may_leave_message": "neutral"}
CONTACT = {"email": "new.place@example.org"}
TYPED = {"wishes/": WISHES, "contact/": CONTACT, "note/": NOTE, "withdraw/": {}, "erase/": {}}
STORED = (SenderRequest, AuditEvent, OutboxMessage, RateLimitHit, Submission)


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


@pytest.fixture
def inquiry(site):
    return make_inquiry(trial=make_trial())


def counts():
    with owner():
        return [model.objects.count() for model in STORED]


def change(inquiry, **changes):
    with owner():
        for name, value in changes.items():
            setattr(inquiry, name, value)
        save(inquiry)


@pytest.mark.parametrize("action", ["", *TYPED])
def test_get__changes_nothing_and_is_kept_nowhere(inquiry, public_door, action):
    before = counts()
    page = public_door.get(address_of(inquiry, action))
    assert page.status_code == HTTPStatus.OK
    assert counts() == before
    assert "no-store" in page["Cache-Control"]
    # A form under "no-referrer" is sent with "Origin: null" and refused.
    assert page["Referrer-Policy"] == ("strict-origin" if action else "no-referrer")
    assert ("no-referrer" in page.text) == (not action)
    assert not [value for value in PLANTED.values() if value in page.text]
    assert "cancer" not in page.text.split("<main", 1)[1].split("</main", 1)[0].lower()


@pytest.mark.parametrize("action", TYPED)
def test_action__is_one_sealed_request_and_stands_on_the_page(inquiry, public_door, action):
    answer = ask_for(public_door, inquiry, action, **TYPED[action])
    assert answer.status_code == HTTPStatus.SEE_OTHER
    (row,) = requests()
    with owner():
        assert row.kind == action.rstrip("/")
        assert row.unsealed() == TYPED[action]
        assert AuditEvent.objects.get(action="receipt.asked").data == {"kind": row.kind}
    page = public_door.get(address_of(inquiry))
    assert "What you asked us" in page.text
    assert not [value for value in TYPED[action].values() if value in page.text]


@pytest.mark.parametrize("action", ["wishes/", "contact/", "note/"])
def test_action__shows_what_was_typed_before_it_is_sent(inquiry, public_door, action):
    address = address_of(inquiry, action)
    hidden = fields(public_door.get(address))
    page = post(public_door, address, hidden | TYPED[action])
    assert "Nothing is sent yet." in page.text
    assert requests() == []
    back = post(public_door, address, fields(page) | {"change": "1"})
    assert back.status_code == HTTPStatus.OK
    kept = TYPED[action].get("contact_when") or TYPED[action].get("email") or "My daughter comes"
    assert kept in back.text and requests() == []


def test_action__typed_text_is_shown_escaped(inquiry, public_door):
    address = address_of(inquiry, "note/")
    page = post(public_door, address, fields(public_door.get(address)) | NOTE)
    assert "&lt;b&gt;always" in page.text and "<b>always" not in page.text


@pytest.mark.parametrize("action", ["wishes/", "contact/", "note/"])
def test_action__with_nothing_typed_explains_what_is_missing(inquiry, public_door, action):
    address = address_of(inquiry, action)
    page = post(public_door, address, fields(public_door.get(address)) | {"confirmed": "1"})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "error-summary" in page.text and requests() == []


@pytest.mark.parametrize("action", TYPED)
def test_action__sent_twice_is_one_request(inquiry, public_door, action):
    address = address_of(inquiry, action)
    data = fields(public_door.get(address)) | TYPED[action] | {"confirmed": "1"}
    for _ in range(2):
        assert post(public_door, address, data).status_code == HTTPStatus.SEE_OTHER
    assert len(requests()) == 1


@pytest.mark.parametrize("action", ["withdraw/", "erase/"])
def test_stopping__from_two_open_pages_is_one_request(inquiry, public_door, action):
    address = address_of(inquiry, action)
    first, second = (fields(public_door.get(address)) | {"confirmed": "1"} for _ in range(2))
    assert first["once"] != second["once"]
    post(public_door, address, first)
    post(public_door, address, second)
    assert len(requests()) == 1


def at_state(inquiry, state):
    """Bring an inquiry to a state as its page would show it; the table has its own tests."""
    is_end = state in ENDS
    change(
        inquiry,
        state=state,
        assignee=make_user(LEADS),
        closing=CLOSINGS[state][-1] if is_end else "",
        closed_at=timezone.now() if is_end else None,
        end_reason=REASONS[state][0] if state in REASONS else "",
        closing_attempt=None,
    )


@pytest.mark.parametrize("state", InquiryState)
def test_page__names_no_cancer_whatever_became_of_it(inquiry, public_door, state):
    with owner():
        for key in (PatientText.Key.THANK_YOU, PatientText.Key.NEXT_STEPS):
            body = "<p>Our melanoma team thanks you.</p>"
            make_patient_text(key=key, title="About your cancer", body=body, live=True)
        at_state(inquiry, state)
    page = public_door.get(address_of(inquiry)).text
    shown = page.split("<main", 1)[1].split("</main", 1)[0].lower()
    assert "cancer" not in shown and "melanoma" not in shown
    assert ("This request is closed" in page) == (state in ENDS)


def test_page__says_read_only_when_somebody_opened_it(inquiry, public_door):
    with owner():
        lead = make_user(LEADS)
        services.bulk_assign(chosen=[(inquiry.pk, 0)], assignee=lead, actor=lead)
        assert ReceiptStatus.objects.get().read_at is None
    assert ReceiptStatus.objects.get().step == ReceiptStep.RECEIVED
    with owner():
        services.open_inquiry(inquiry_id=inquiry.pk, actor=lead, request=None)
        assert ReceiptStatus.objects.get().step == ReceiptStep.READ


def test_page__says_on_which_day_we_tried(inquiry, public_door):
    with owner():
        at = timezone.now()
        lead = make_user(LEADS)
        services.record_attempt(
            inquiry_id=inquiry.pk,
            channel=Channel.PHONE,
            outcome=Outcome.NO_ANSWER,
            at=at,
            actor=lead,
            version=Inquiry.objects.get().version,
        )
    page = public_door.get(address_of(inquiry)).text
    tried = page[page.index("We tried to reach you") :]
    assert date_format(timezone.localtime(at), "DATE_FORMAT") in tried[:300]


@pytest.mark.parametrize("action", ["wishes/", "contact/", "note/", "withdraw/", "erase/"])
def test_undo__takes_it_back_once(inquiry, public_door, action):
    ask_for(public_door, inquiry, action, **TYPED[action])
    (row,) = requests()
    undo = f"undo/{row.pk}/"
    assert address_of(inquiry, undo) in public_door.get(address_of(inquiry)).text
    data = fields(public_door.get(address_of(inquiry, undo))) | {"confirmed": "1"}
    for _ in range(2):
        assert post(public_door, address_of(inquiry, undo), data).status_code == 303
    undone = requests()[1:]
    assert [(one.kind, one.about_id) for one in undone] == [(RequestKind.UNDO, row.pk)]
    page = public_door.get(address_of(inquiry))
    assert "You took this back" in page.text
    assert f"inquiry/{address_of(inquiry).split('/')[3]}/{action}" in page.text


def test_stopped_request__promises_no_call(inquiry, public_door):
    promise = "We try to reach you by the end of"
    assert promise in public_door.get(address_of(inquiry)).text
    ask_for(public_door, inquiry, "withdraw/")
    assert promise not in public_door.get(address_of(inquiry)).text


def test_undo__is_over_after_seven_days(inquiry, public_door):
    ask_for(public_door, inquiry, "withdraw/")
    (row,) = requests()
    assert row.undo_until - row.asked_at == timedelta(days=7)
    undo = address_of(inquiry, f"undo/{row.pk}/")
    data = fields(public_door.get(undo)) | {"confirmed": "1"}
    with owner():
        SenderRequest.objects.update(undo_until=timezone.now())
    assert public_door.get(undo).status_code == HTTPStatus.SEE_OTHER
    post(public_door, undo, data)
    assert len(requests()) == 1
    assert undo not in public_door.get(address_of(inquiry)).text


def test_undo__reaches_no_request_of_another_page(inquiry, public_door):
    with owner():
        other = make_inquiry()
    ask_for(public_door, other, "withdraw/")
    (row,) = requests()
    undo = address_of(inquiry, f"undo/{row.pk}/")
    data = fields(public_door.get(address_of(inquiry, "note/"))) | {"confirmed": "1"}
    post(public_door, undo, data)
    assert len(requests()) == 1


@pytest.mark.parametrize("action", ["", *TYPED, f"undo/{uuid.UUID(int=7)}/"])
def test_expired_link__explains_how_to_get_another(inquiry, public_door, action):
    address = address_of(inquiry, action)
    data = {} if action.startswith("undo") else fields(public_door.get(address))
    with owner():
        ReceiptStatus.objects.update(expires_at=timezone.now())
    pages = [public_door.get(address)]
    if action:
        pages.append(post(public_door, address, data | {"confirmed": "1"} | NOTE))
    for page in pages:
        assert page.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
        assert "/en/inquiry/new-link/" in page.text
        assert inquiry.reference not in page.text
    assert requests() == []


@pytest.mark.parametrize("action", TYPED)
def test_csrf__a_refused_post_stores_nothing_and_keeps_what_was_typed(inquiry, public_door, action):
    address = address_of(inquiry, action)
    data = {"confirmed": "1", "csrfmiddlewaretoken": "x" * 32}
    page = post(public_door, address, data | TYPED[action])
    assert page.status_code == HTTPStatus.FORBIDDEN
    assert "Please send it once more" in page.text and "no-store" in page["Cache-Control"]
    if action == "contact/":
        assert CONTACT["email"] in page.text
    assert requests() == []


def test_flood__ends_with_a_page_that_says_whom_to_call(inquiry, public_door):
    address = address_of(inquiry, "note/")
    token = fields(public_door.get(address))["csrfmiddlewaretoken"]
    data = {"csrfmiddlewaretoken": token, "confirmed": "1"}
    for number in range(MOST_A_DAY):
        answer = post(public_door, address, data | {"message": f"Note {number}"})
        assert answer.status_code == HTTPStatus.SEE_OTHER
    answer = post(public_door, address, data | {"message": "One more"})
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert len(requests()) == MOST_A_DAY
    with owner():
        other = make_inquiry()
    assert ask_for(public_door, other, "note/", **NOTE).status_code == HTTPStatus.SEE_OTHER


def test_closed_request__offers_a_note_and_the_erasure(inquiry, public_door):
    change(
        inquiry,
        state=InquiryState.REFERRED_ON,
        closing="told",
        end_reason="own_doctor",
        closed_at=timezone.now(),
    )
    page = public_door.get(address_of(inquiry)).text
    assert "This request is closed" in page
    assert [action for action in TYPED if address_of(inquiry, action) in page] == [
        "note/",
        "erase/",
    ]
    assert public_door.get(address_of(inquiry, "withdraw/")).status_code == HTTPStatus.SEE_OTHER


def test_pre_screened__the_page_says_that_a_person_decides(inquiry, public_door):
    words = "a person decides about it"
    assert words not in public_door.get(address_of(inquiry, "erase/")).text
    change(inquiry, pre_screened_at=timezone.now())
    assert words in public_door.get(address_of(inquiry, "erase/")).text


def test_note__with_urgent_words_says_whom_to_call_and_is_flagged(inquiry, public_door):
    address = address_of(inquiry, "note/")
    typed = {"message": "I have CHEST PAIN since noon"}
    page = post(public_door, address, fields(public_door.get(address)) | typed)
    assert "Call now if this is happening" in page.text and 'href="tel:911"' in page.text
    assert requests() == []
    post(public_door, address, fields(page) | {"confirmed": "1"})
    (row,) = requests()
    assert row.is_urgent


def test_spanish_page__is_spanish_in_its_address(inquiry, public_door):
    page = public_door.get(address_of(inquiry, language="es"))
    assert page.status_code == HTTPStatus.OK and '<html lang="es"' in page.text


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT blob FROM inquiries_senderrequest",
        "SELECT is_urgent FROM inquiries_senderrequest",
        "UPDATE inquiries_senderrequest SET outcome = 'applied'",
        "DELETE FROM inquiries_senderrequest",
        "SELECT 1 FROM inquiries_linkrequest",
        "SELECT 1 FROM inquiries_pause",
        "UPDATE inquiries_receiptstatus SET step = 'closed'",
        "UPDATE inquiries_replyfigures SET kept_percent = 100",
        "DELETE FROM inquiries_replyfigures",
    ],
)
def test_public_role__may_not(inquiry, as_role, statement):
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with as_role("public"), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
