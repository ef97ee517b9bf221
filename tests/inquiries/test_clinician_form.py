"""The way in for a doctor or nurse, and the languages of two people."""

from http import HTTPStatus

import pytest

from clinic.roles import LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import form_token, make_inquiry, make_trial
from tests.inquiries.private_page import fields, owner, post
from tests.inquiries.test_form_page import HELP, send
from trials.inquiries.enums import Source
from trials.inquiries.models import Inquiry, Submission
from trials.inquiries.presentation import answer_rows, contact_warnings

pytestmark = pytest.mark.django_db
DOCTOR = {
    "for_whom": "clinician",
    "name": "Dr. Rosa Ficticia",
    "practice": "Example Oncology",
    "phone": "415 555 0160",
    "patient_language": "es",
    "needs_interpreter": "on",
    "message": "A patient of mine asked about this trial.",
    "patient_agrees": "on",
}


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


def send_as_doctor(browser, address, **overrides):
    shown = fields(browser.get(f"{address}?from=clinician"))
    data = {"form_token": form_token(), "csrfmiddlewaretoken": shown["csrfmiddlewaretoken"]}
    typed = {name: value for name, value in (DOCTOR | overrides).items() if value}
    return post(browser, address, data | typed)


def test_short_form__asks_for_the_practice_and_not_for_the_patient(public_door):
    page = public_door.get(f"{HELP}?from=clinician").text
    assert 'name="practice"' in page and 'name="patient_agrees"' in page
    assert 'name="is_adult"' not in page and 'name="may_leave_message"' not in page
    assert "?from=clinician" in public_door.get(HELP).text


@pytest.mark.parametrize("query", ["", "?from=clinician", "?utm_source=letter"])
def test_form__can_be_sent_by_a_browser_whatever_the_address(public_door, query):
    """Under "no-referrer" browsers send "Origin: null", which the CSRF check refuses."""
    policy = public_door.get(f"{HELP}{query}")["Referrer-Policy"]
    assert policy not in ("no-referrer", "")


def test_short_form__is_an_inquiry_with_its_own_source(public_door):
    with owner():
        trial = make_trial()
    answer = send_as_doctor(public_door, f"/en/trials/{trial.nct_id}/interest/")
    assert answer.status_code == HTTPStatus.SEE_OTHER
    with owner():
        inquiry = Inquiry.objects.get()
        assert inquiry.source == Source.CLINICIAN and list(inquiry.trials.all()) == [trial]
        assert inquiry.consent_version == "clinician-1" and not inquiry.is_quarantined
        answers = inquiry.open_answers()
    rows = dict(answer_rows(answers))
    assert rows["Practice or hospital"] == "Example Oncology"
    assert "call the practice, not the patient" in " ".join(contact_warnings(answers))
    assert not answers["other_trials_consent"]


def test_short_form__sent_twice_is_one_inquiry(public_door):
    token = form_token()
    first = send_as_doctor(public_door, HELP, form_token=token)
    assert send_as_doctor(public_door, HELP, form_token=token)["Location"] == first["Location"]
    with owner():
        assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("practice", "Enter your practice or hospital"),
        ("phone", "Enter an email address or a phone number"),
    ],
)
def test_short_form__explains_what_is_missing(public_door, missing, message):
    page = send_as_doctor(public_door, HELP, **{missing: " "})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY and message in page.text
    assert DOCTOR["name"] in page.text


def test_short_form__needs_the_patients_agreement(public_door):
    page = send_as_doctor(public_door, HELP, patient_agrees="")
    assert "Tick the box if your patient agrees" in page.text


def test_short_form__a_refused_post_shows_it_filled_in(public_door):
    page = post(public_door, HELP, DOCTOR)
    assert page.status_code == HTTPStatus.FORBIDDEN
    assert 'value="Example Oncology"' in page.text


def test_form_for_patients__leads_a_doctor_to_the_short_one_with_what_was_typed(public_door):
    page = send(public_door, HELP, for_whom="clinician")
    assert page.status_code == HTTPStatus.OK
    assert 'name="practice"' in page.text and "Zebulon Quillfeather" in page.text
    with owner():
        assert not Submission.objects.exists()


def test_languages__of_the_writer_and_the_patient_are_told_apart(public_door):
    answer = send(public_door, HELP, for_whom="other", patient_language="vi")
    assert answer.status_code == HTTPStatus.SEE_OTHER
    with owner():
        warnings = contact_warnings(Inquiry.objects.get().open_answers())
    assert "The patient speaks Tiếng Việt." in warnings
    assert "Written for someone else: speak with the writer first." in warnings


def test_safe_contact__stands_in_the_row_and_at_the_attempt(client):
    inquiry = make_inquiry(answers={"preferred_language": "es", "needs_interpreter": True})
    client.force_login(make_user(LEADS))
    row = client.get("/admin/inquiries/").text
    at_attempt = client.get(f"/admin/inquiries/{inquiry.pk}/").text.split("/attempt/")[1]
    for page in (row, at_attempt.split("</form>")[0]):
        assert "it must not name cancer or the clinic" in page
        assert "Please call me back at" in page
        assert "Good time: Thursdays after the ferry" in page
        assert "Speak Español." in page and "Needs an interpreter." in page


def test_safe_contact__no_leave_for_a_message_is_none():
    assert "Leave no message on the phone." in contact_warnings(
        {"phone": "415 555 0142", "may_leave_message": ""}
    )
    assert contact_warnings({"phone": "", "may_leave_message": "no"}) == []
