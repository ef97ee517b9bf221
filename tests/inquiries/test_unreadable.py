"""Something sealed that cannot be read hides nothing else and stops nobody."""

import json
import logging
from http import HTTPStatus

import pytest
from django.core import mail

from clinic.models import AuditEvent, OutboxMessage
from clinic.outbox import send_next
from clinic.roles import LEADS
from clinic.sealing import SealingError, seal
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import ANSWERS, PLANTED, make_inquiry
from trials.inquiries.enums import Channel, Outcome, QuarantineReason, Visibility
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import Inquiry, Note, Submission
from trials.inquiries.services import add_note, record_attempt

pytestmark = pytest.mark.django_db

INBOX = "/admin/inquiries/"
WORDS = "Cannot be read"


def broken(row):
    """Flip a bit of what was sealed."""
    blob = bytearray(row.blob)
    blob[-1] ^= 1
    type(row).objects.filter(pk=row.pk).update(blob=bytes(blob))


def sealed(plain):
    def put(row):
        made = seal(plain.encode(), info=row._info)
        type(row).objects.filter(pk=row.pk).update(blob=made.blob, key_id=made.key_id)

    return put


def of_another_row(row):
    made = seal(json.dumps(ANSWERS | {"text": "x"}).encode(), info=b"elsewhere")
    type(row).objects.filter(pk=row.pk).update(blob=made.blob)


def under_unknown_key(row):
    type(row).objects.filter(pk=row.pk).update(key_id="lost")


PLANTED_LIST = f'["{PLANTED["name"]}"]'
HARM = {
    "a flipped bit": broken,
    "another row's": of_another_row,
    "an unknown key": under_unknown_key,
    "no JSON": sealed(PLANTED["message"]),
    "no text": sealed("\udcff".encode("utf-8", "surrogatepass").decode("latin-1")),
    "a list": sealed(PLANTED_LIST),
    "null": sealed("null"),
    "no keys": sealed("{}"),
    "one key too few": sealed(json.dumps({"name": PLANTED["name"], "email": ""})),
    "another type": sealed(json.dumps(ANSWERS | {"name": [PLANTED["name"]], "text": 7})),
}


@pytest.fixture(params=HARM.values(), ids=HARM.keys())
def harm(request):
    return request.param


@pytest.fixture
def lead(client):
    make_home_page()
    lead = make_user(LEADS)
    client.force_login(lead)
    return lead


def nothing_planted(text):
    return not [value for value in PLANTED.values() if value in text]


def test_list__says_so_in_the_row_and_shows_the_others(client, lead, harm, caplog):
    unreadable = make_inquiry(answers={"name": "Somebody Else"})
    make_inquiry()
    harm(unreadable.submissions.get())
    response = client.get(INBOX)
    text = response.content.decode()
    assert response.status_code == HTTPStatus.OK
    assert WORDS in text and PLANTED["name"] in text and unreadable.reference in text
    lines = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert any(str(unreadable.submissions.get().pk) in line for line in lines)
    assert nothing_planted(" ".join(lines))


def test_search__hides_no_other_inquiry(client, lead, harm):
    harm(make_inquiry().submissions.get())
    inquiry = make_inquiry()
    response = client.post(INBOX, {"q": PLANTED["email"]})
    assert [row[0] for row in response.context["rows"]] == [inquiry]


def test_index__the_worker_indexes_the_others_and_fails_for_all_to_see(harm):
    unreadable, inquiry = make_inquiry(), make_inquiry()
    harm(unreadable.submissions.get())
    with pytest.raises(SealingError, match="1 submissions") as failure:
        index_submissions()
    assert nothing_planted(str(failure.value))
    assert inquiry.lookup_tokens.exists() and not unreadable.lookup_tokens.exists()


def test_inquiry__opens_with_what_can_be_read(client, lead, harm):
    inquiry = make_inquiry()
    add_note(inquiry_id=inquiry.pk, text="Likes tea", visibility=Visibility.TEAM, actor=lead)
    harm(inquiry.submissions.get())
    response = client.get(f"{INBOX}{inquiry.pk}/")
    text = response.content.decode()
    assert response.status_code == HTTPStatus.OK
    assert WORDS in text and "tell an administrator" in text and "Likes tea" in text
    event = AuditEvent.objects.get(action="inquiry.open_failed")
    assert (event.object_id, event.data) == (str(inquiry.pk), {"unreadable": 1})


def test_inquiry__an_unreadable_correction_is_not_passed_over(client, lead, harm):
    inquiry = make_inquiry()
    make_inquiry(inquiry_id=inquiry.pk, answers={"phone": "415 555 0143"})
    harm(inquiry.submissions.latest("received_at"))
    text = client.get(f"{INBOX}{inquiry.pk}/").content.decode()
    assert text.index(WORDS) < text.index(PLANTED["phone"])


def test_inquiry__unreadable_notes_are_rows(client, lead, harm):
    inquiry = make_inquiry()
    note = add_note(inquiry_id=inquiry.pk, text="x", visibility=Visibility.TEAM, actor=lead)
    record_attempt(
        inquiry_id=inquiry.pk,
        channel=Channel.PHONE,
        outcome=Outcome.NO_ANSWER,
        at=inquiry.received_at,
        text="y",
        actor=lead,
        version=0,
    )
    for row in Note.objects.all():
        harm(row)
    text = client.get(f"{INBOX}{inquiry.pk}/").content.decode()
    assert text.count(WORDS) == 2 and PLANTED["message"] in text
    assert Note.objects.filter(pk=note.pk).exists()


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("release", {}),
        ("state", {"ending": "not_interested", "reason": "travel", "closing": "message"}),
        ("state", {"ending": "could_not_reach", "closing": "message"}),
    ],
)
def test_actions__that_need_the_answers_are_refused_in_words(client, lead, harm, action, data):
    inquiry = make_inquiry(quarantine_reasons=[QuarantineReason.TOO_FAST])
    Inquiry.objects.update(assignee=lead)
    for state in ("assigned", "attempting", "in_conversation"):
        version = Inquiry.objects.get().version
        client.post(f"{INBOX}{inquiry.pk}/state/", {"state": state, "version": version})
        if data.get("ending", "").startswith("could") and state == "attempting":
            break
    harm(inquiry.submissions.get())
    before = Inquiry.objects.get()
    data = data | {"version": before.version}
    response = client.post(f"{INBOX}{inquiry.pk}/{action}/", data, follow=True)
    assert response.status_code == HTTPStatus.OK
    assert "What the sender wrote cannot be read" in response.content.decode()
    assert Inquiry.objects.get().version == before.version


def test_actions__that_do_not_need_them_work(client, lead, harm):
    inquiry = make_inquiry()
    harm(inquiry.submissions.get())
    client.post(f"{INBOX}{inquiry.pk}/assign/", {"assignee": lead.pk, "version": 0})
    client.post(f"{INBOX}{inquiry.pk}/note/", {"text": "Ask IT", "visibility": "team"})
    assert Inquiry.objects.get().assignee == lead
    assert "Ask IT" in client.get(f"{INBOX}{inquiry.pk}/").content.decode()


def test_mail__waits_for_the_keys_and_others_go_out(lead, harm):
    unreadable, _inquiry = make_inquiry(), make_inquiry(answers={"email": "b@example.org"})
    harm(unreadable.submissions.get())
    while send_next():
        pass
    assert ["b@example.org"] in [message.to for message in mail.outbox]
    waiting = OutboxMessage.objects.get(subject_id=str(unreadable.pk), audience="sender")
    assert waiting.sent_at is None and waiting.cancelled_at is None
    assert nothing_planted(waiting.last_error)


def test_unreadable__what_was_sealed_is_in_no_error(harm):
    row = make_inquiry().submissions.get()
    harm(row)
    with pytest.raises(SealingError) as failure:
        Submission.objects.get(pk=row.pk).unsealed()
    assert nothing_planted(str(failure.value))
    assert failure.value.__cause__ is None or nothing_planted(str(failure.value.__cause__))
