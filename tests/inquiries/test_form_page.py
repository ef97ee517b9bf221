"""The form as a browser at the public door meets it."""

import re
from http import HTTPStatus

import pytest
from django.db import connection

from clinic.models import AuditEvent, PatientText
from tests.factories import make_home_page, make_patient_text
from tests.inquiries.factories import PLANTED, encoded, form_data, form_token, make_trial
from trials.inquiries.consent import consent_text
from trials.inquiries.enums import Origin, QuarantineReason
from trials.inquiries.models import Inquiry, Submission
from trials.inquiries.suspicion import MOST_PER_HOUR

HELP = "/en/trials/help/"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


@pytest.fixture
def trial(site):
    return make_trial()


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
    inquiry = stored()
    assert inquiry.is_quarantined and inquiry.quarantine_reasons == [reason]


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
