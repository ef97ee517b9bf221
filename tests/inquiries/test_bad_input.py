"""What no browser of a patient sends, and what must still not be lost or break anything."""

import re
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection

from tests.factories import make_home_page
from tests.inquiries.factories import PLANTED, encoded, form_data, form_token, make_trial
from tests.inquiries.test_form_page import FORM, HELP, as_owner, interest, send
from trials.inquiries.models import Inquiry
from trials.inquiries.services import telling
from trials.inquiries.tokens import read_form_token

TEXT_FIELDS = ("name", "email", "phone", "contact_when", "message")
NEVER_ISSUED = "/en/trials/NCT00000000/interest/"


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


def shown(page: str) -> list[str]:
    """Return what a page says was typed."""
    return re.findall(r"<li>(.*?)</li>", page[page.index("What you typed") :], re.DOTALL)


def inquiries() -> int:
    as_owner()
    return Inquiry.objects.count()


@pytest.mark.parametrize("field", [*TEXT_FIELDS, "for_whom", "about", "form_token"])
def test_field__nul_is_refused_and_the_other_answers_are_kept(public_door, field):
    response = send(public_door, HELP, **{field: "a\x00b"})
    assert response.status_code == HTTPStatus.BAD_REQUEST
    others = [value for name, value in PLANTED.items() if name != field]
    assert all(value in response.content.decode() for value in others)
    assert inquiries() == 0


@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_field__too_long_is_a_mistake_to_mend(public_door, field):
    response = send(public_door, HELP, **{field: "5" * 5_000})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "5" * 5_000 in response.content.decode()


@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_field__a_megabyte_is_refused(public_door, field):
    response = send(public_door, HELP, **{field: "x" * 1_000_000})
    assert response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert inquiries() == 0


@pytest.mark.parametrize("field", [*TEXT_FIELDS, "for_whom", "about"])
def test_body__invalid_utf_8_is_refused(public_door, field):
    body = encoded(form_data(**{field: "BYTES"})).replace("BYTES", "%ff%fe%c3%28")
    response = public_door.post(HELP, body, content_type=FORM)
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert inquiries() == 0


def test_body__two_thousand_fields_are_refused(public_door):
    many = {f"field{number}": "x" for number in range(2000)}
    response = public_door.post(HELP, encoded(form_data(**many)), content_type=FORM)
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert inquiries() == 0


@pytest.mark.parametrize("token", [None, "wrong", "x" * 64])
def test_csrf__a_refused_form_comes_back_filled_in_and_can_be_sent(public_door, token):
    public_door.get(HELP)
    data = form_data(csrfmiddlewaretoken=token)
    refused = public_door.post(HELP, encoded(data), content_type=FORM)
    assert refused.status_code == HTTPStatus.FORBIDDEN
    text = refused.content.decode()
    assert PLANTED["name"] in text and PLANTED["message"] in text
    again = form_data(
        csrfmiddlewaretoken=str(refused.context["csrf_token"]),
        form_token=refused.context["form"].initial["form_token"],
    )
    accepted = public_door.post(HELP, encoded(again), content_type=FORM)
    assert accepted.status_code == HTTPStatus.SEE_OTHER
    assert inquiries() == 1
    assert Inquiry.objects.get().quarantine_reasons == []


@pytest.mark.parametrize("planted", [form_token(), "not-ours"], ids=["signed", "unsigned"])
def test_csrf__a_token_that_another_site_planted_is_not_taken_over(public_door, planted):
    data = form_data(csrfmiddlewaretoken="x", form_token=planted)
    refused = public_door.post(HELP, encoded(data), content_type=FORM)
    assert planted not in refused.content.decode()
    before, after = (
        read_form_token(token) for token in (planted, refused.context["form"]["form_token"].value())
    )
    assert after is not None
    if before is not None:
        assert after.inquiry_id != before.inquiry_id
        assert after.shown_at == before.shown_at


def test_page__shows_what_was_typed_and_no_marks_of_the_form(public_door):
    response = send(public_door, HELP, name="a\x00b", needs_interpreter="on", about="NCT1")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    typed = [PLANTED[name] for name in ("email", "phone", "message")]
    assert set(typed) <= set(shown(response.text))
    assert not {"on", "me", "en", "email", "NCT1"} & set(shown(response.text))


def test_file__in_the_place_of_a_text_is_refused_and_the_rest_is_shown_again(public_door):
    fields = {name: value for name, value in form_data().items() if isinstance(value, str)}
    fields["message"] = SimpleUploadedFile("letter.txt", b"Words in a file")
    response = public_door.post(HELP, fields)
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert PLANTED["name"] in response.text and "Words in a file" not in response.text
    assert inquiries() == 0


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize(
    "evil", ["x\r\nBcc: all@example.org", "x\nSet-Cookie: a=b", "x\x0b\x1b[31m"]
)
def test_field__line_breaks_reach_no_header(public_door, field, evil):
    response = send(public_door, HELP, **{field: evil})
    assert response.status_code in (HTTPStatus.SEE_OTHER, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert "Bcc" not in str(response.headers) and "a=b" not in str(response.headers)


def test_closed_trial__keeps_what_was_typed_and_offers_the_general_form(public_door):
    as_owner()
    trial = make_trial(our_site_open=False, status="COMPLETED")
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE clinic_public")
    assert public_door.get(interest(trial)).status_code == HTTPStatus.OK
    response = send(public_door, interest(trial))
    text = response.content.decode()
    assert response.status_code == HTTPStatus.CONFLICT
    assert PLANTED["message"] in text and PLANTED["name"] in text
    assert f'action="{HELP}"' in text and f'value="{trial.nct_id}"' in text
    sent = send(public_door, HELP, about=trial.nct_id)
    assert sent.status_code == HTTPStatus.SEE_OTHER
    assert inquiries() == 1
    assert list(Inquiry.objects.get().trials.all()) == [trial]


def test_unknown_trial__keeps_what_was_typed(public_door):
    assert public_door.get(NEVER_ISSUED).status_code == HTTPStatus.NOT_FOUND
    response = send(public_door, NEVER_ISSUED)
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert PLANTED["message"] in response.content.decode()
    assert inquiries() == 0


def test_database_gone__the_503_page_keeps_the_answers_and_nothing_is_half_saved(
    public_door, monkeypatch
):
    def gone(**event):
        raise OperationalError("server closed the connection unexpectedly")

    public_door.raise_request_exception = False
    monkeypatch.setattr(telling, "record_event", gone)
    response = send(public_door, HELP)
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    text = response.content.decode()
    assert PLANTED["message"] in text and PLANTED["name"] in text
    assert inquiries() == 0
