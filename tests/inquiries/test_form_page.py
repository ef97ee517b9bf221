"""The form as a browser at the public door meets it."""

import re
from http import HTTPStatus

import pytest
from django.core import mail
from django.db import connection

from clinic.models import AuditEvent, OutboxMessage, PatientText
from clinic.outbox import send_next
from clinic.roles import LEADS
from tests.factories import make_home_page, make_patient_text, make_user
from tests.inquiries.factories import PLANTED, encoded, form_data, form_token, make_trial
from trials.inquiries.consent import consent_text
from trials.inquiries.enums import Origin, QuarantineReason
from trials.inquiries.models import Inquiry, Submission
from trials.inquiries.suspicion import MOST_PER_HOUR

HELP = "/en/trials/help/"
FORM = "application/x-www-form-urlencoded"
# The tokens of autocomplete that browsers and password managers know fields by.
FILLED_IN_BY_BROWSERS = {"name", "email", "tel", "phone", "url", "organization", "address"}


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


@pytest.fixture
def trial(site):
    return make_trial()


@pytest.fixture
def mail_never_goes_out(monkeypatch):
    """Refuse every message, as a mail server that is gone does."""

    def refuse(message, *args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)


def interest(trial) -> str:
    return f"/en/trials/{trial.nct_id}/interest/"


def send(browser, address, **overrides):
    """Open the form and send it, as a person does."""
    shown = browser.get(address).content.decode()
    csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)[1]
    data = form_data(csrfmiddlewaretoken=csrf, **overrides)
    return browser.post(address, encoded(data), content_type=FORM)


def as_owner() -> None:
    """Leave the role of the public process."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def stored() -> Inquiry:
    """Return the one inquiry, read with the owner's role."""
    as_owner()
    return Inquiry.objects.get()


def test_get__shows_the_form_and_keeps_it_out_of_caches(trial, public_door):
    response = public_door.get(interest(trial))
    assert response.status_code == HTTPStatus.OK
    assert "no-store" in response["Cache-Control"]
    text = response.content.decode()
    assert trial.brief_title in text
    assert 'autocomplete="name"' in text and 'autocomplete="tel"' in text
    assert "novalidate" in text


def test_post__leads_to_the_receipt(trial, public_door):
    response = send(public_door, interest(trial))
    assert response.status_code == HTTPStatus.SEE_OTHER
    receipt = public_door.get(response["Location"])
    inquiry = stored()
    assert inquiry.reference in receipt.content.decode()
    assert (inquiry.origin, inquiry.is_quarantined) == (Origin.TRIAL, False)
    assert list(inquiry.trials.all()) == [trial]


def test_receipt__shows_nothing_personal_and_tells_no_other_site(trial, public_door):
    response = public_door.get(send(public_door, interest(trial))["Location"])
    text = response.content.decode()
    assert not [value for value in PLANTED.values() if value in text]
    assert trial.nct_id not in text and trial.brief_title not in text
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"


def test_receipt__a_get_changes_nothing(trial, public_door):
    address = send(public_door, interest(trial))["Location"]
    public_door.get(address)
    stored()
    events = AuditEvent.objects.count()
    public_door.get(address)
    assert AuditEvent.objects.count() == events


def test_receipt__a_wrong_token_is_a_friendly_404(public_door):
    assert public_door.get(f"/en/inquiry/{'0' * 40}/").status_code == HTTPStatus.NOT_FOUND


def test_post__help_form_is_a_general_inquiry(public_door):
    assert send(public_door, HELP).status_code == HTTPStatus.SEE_OTHER
    inquiry = stored()
    assert inquiry.origin == Origin.HELP and not inquiry.trials.exists()


def test_post__works_in_spanish(trial, public_door):
    response = send(public_door, f"/es/trials/{trial.nct_id}/interest/")
    assert response["Location"].startswith("/es/inquiry/")
    assert stored().language == "es"


def test_post__the_version_of_the_consent_text_is_kept(public_door):
    send(public_door, HELP, form_token=None)
    assert re.fullmatch(r"en-0-[0-9a-f]{16}", stored().consent_version)


def test_post__the_same_form_twice_is_one_inquiry(public_door):
    token = form_token()
    first = send(public_door, HELP, form_token=token)
    second = send(public_door, HELP, form_token=token)
    assert first["Location"] == second["Location"]
    stored()
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"name": ""}, "Enter your name"),
        ({"email": "", "phone": ""}, "Enter an email address or a phone number"),
        ({"email": "not an address"}, "Enter an email address like"),
        ({"phone": "call me"}, "Enter a phone number with its area code"),
        ({"consent": None}, "Tick the box so that we may contact you"),
        ({"is_adult": None}, "Tick the box if you are 18 or older"),
        ({"for_whom": None}, "Choose who this is for"),
        ({"preferred_language": "xx"}, "Select a valid choice"),
    ],
)
def test_post__a_mistake_is_explained_and_linked_and_nothing_is_lost(
    public_door, overrides, message
):
    response = send(public_door, HELP, **overrides)
    text = response.content.decode()
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    summary = text.split('class="error-summary"')[1]
    target = re.search(r'href="#([^"]+)">([^<]*)', summary)
    assert message in target[2]
    assert f'id="{target[1]}"' in text
    assert PLANTED["message"] in text


@pytest.mark.parametrize("overrides", [{"email": ""}, {"phone": ""}])
def test_post__one_way_to_reach_the_sender_is_enough(public_door, overrides):
    assert send(public_door, HELP, **overrides).status_code == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"website": "http://spam.example"}, QuarantineReason.HONEYPOT),
        ({"form_token": form_token}, QuarantineReason.TOO_FAST),
        ({"form_token": None}, QuarantineReason.NO_TOKEN),
        ({"form_token": "forged"}, QuarantineReason.NO_TOKEN),
    ],
)
def test_post__suspicion_leads_to_quarantine_and_a_receipt(public_door, overrides, reason):
    if callable(overrides.get("form_token")):
        overrides = {"form_token": form_token(seconds_ago=0)}
    response = send(public_door, HELP, **overrides)
    assert response.status_code == HTTPStatus.SEE_OTHER
    receipt = public_door.get(response["Location"]).text
    inquiry = stored()
    assert inquiry.is_quarantined and inquiry.quarantine_reasons == [reason]
    assert inquiry.reference in receipt


def test_post__a_busy_network_gets_through_and_beyond_that_is_quarantined(public_door):
    for number in range(MOST_PER_HOUR + 1):
        answer = send(public_door, HELP, name=f"Sender {number}")
        assert answer.status_code == HTTPStatus.SEE_OTHER
    as_owner()
    assert Inquiry.objects.count() == MOST_PER_HOUR + 1
    assert Inquiry.objects.filter(is_quarantined=True).count() == 1


def test_post__without_a_token_the_same_answers_are_one_inquiry(public_door):
    first = send(public_door, HELP, form_token=None)
    assert send(public_door, HELP, form_token=None)["Location"] == first["Location"]


def test_consent__editors_text_is_shown_and_its_version_kept(db):
    built_in = consent_text()
    make_patient_text(key=PatientText.Key.CONSENT, body="<p>You may call me.</p>", live=True)
    ours = consent_text()
    assert ours.body == "<p>You may call me.</p>"
    assert ours.version != built_in.version


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["gives no medical advice", "not joining a trial", "call 911", "who work on my"]),
        (
            "es",
            [
                "no da consejos médicos",
                "no es entrar en un ensayo",
                "al 911",
                "personal que atiende",
            ],
        ),
    ],
)
def test_form__says_what_it_is_not_and_who_reads_it(public_door, language, sentences):
    text = public_door.get(f"/{language}/trials/help/").content.decode()
    assert [sentence for sentence in sentences if sentence not in text] == []


def test_trap__is_out_of_the_way_of_people_and_of_what_browsers_fill_in(trial, public_door):
    text = public_door.get(interest(trial)).content.decode()
    trap = text.split('class="form__trap"')[1].split("</div>")[0]
    (field,) = re.findall(r"<input[^>]*>", trap)
    assert trap.startswith(' aria-hidden="true"')
    assert 'autocomplete="off"' in field and 'tabindex="-1"' in field and "required" not in field
    assert re.search(r'name="([^"]+)"', field)[1] not in FILLED_IN_BY_BROWSERS


def test_text__is_kept_as_typed_but_composed(client):
    typed = "Jose\u0301 <b>\u202ebold\u200b</b> {{ 7|add:7 }} javascript:alert(1)"
    send(client, HELP, message=typed, name="Jose\u0301")
    answers = Inquiry.objects.get().open_answers()
    assert answers["message"] == typed.replace("e\u0301", "\u00e9")
    assert answers["name"] == "Jos\u00e9"


@pytest.mark.usefixtures("mail_never_goes_out")
def test_post__needs_no_mail_and_is_in_the_inbox_at_once(client):
    response = send(client, HELP)
    assert response.status_code == HTTPStatus.SEE_OTHER
    client.force_login(make_user(LEADS))
    shown = client.get("/admin/inquiries/").content.decode()
    assert Inquiry.objects.get().reference in shown and PLANTED["name"] in shown
    while send_next():
        pass
    waiting = OutboxMessage.objects.filter(sent_at=None, cancelled_at=None, dead_at=None)
    assert set(waiting.values_list("template", "last_error")) == {
        ("inquiry_received", "ConnectionRefusedError"),
        ("inquiry_nudge", "ConnectionRefusedError"),
    }
