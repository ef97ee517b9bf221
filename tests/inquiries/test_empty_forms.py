"""Empty forms are rendered once for all, and everybody gets tokens of their own."""

import re
from http import HTTPStatus

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import PatientText
from tests.factories import make_home_page, make_patient_text
from tests.inquiries.factories import PLANTED, encoded, form_data, make_trial
from trials.inquiries.models import Inquiry
from trials.inquiries.tokens import read_form_token

HELP = "/en/trials/help/"
CLINICIAN = f"{HELP}?from=clinician"
FORM = "application/x-www-form-urlencoded"
VALUE = re.compile(r'name="(csrfmiddlewaretoken|form_token)"[^>]*? value="([^"]+)"')
VISIT = re.compile(r'name="visit-([0-9]+)"')


@pytest.fixture(autouse=True)
def site(db, settings):
    settings.ALLOWED_HOSTS = ["*"]
    make_home_page()


@pytest.fixture
def interest(site):
    return f"/en/trials/{make_trial().nct_id}/interest/"


def tokens_of(page):
    return dict(VALUE.findall(page))


def without_tokens(page):
    return VISIT.sub("", VALUE.sub("", page))


@pytest.mark.parametrize("address", [HELP, CLINICIAN, None, "/es/trials/help/"])
def test_second_person_gets_the_same_form_with_other_tokens(interest, public_door, address):
    address = address or interest
    first, second, third = (public_door.get(address) for _ in range(3))
    pages = [response.content.decode() for response in (first, second, third)]
    assert len({without_tokens(page) for page in pages}) == 1
    tokens = [tokens_of(page) for page in pages]
    inquiries = [read_form_token(found["form_token"]) for found in tokens]
    assert len({token.inquiry_id for token in inquiries}) == 3
    assert len({token.consent_version for token in inquiries}) == 1
    assert len({found["csrfmiddlewaretoken"] for found in tokens}) == 3
    assert len({VISIT.search(page)[1] for page in pages}) == 3
    assert dict(first.headers).keys() == dict(third.headers).keys()
    assert third["Cache-Control"] == "no-store, private" and third.cookies["csrftoken"].value


def test_the_second_takes_few_queries(interest, public_door):
    public_door.get(interest)
    with CaptureQueriesContext(connection) as queries:
        assert public_door.get(interest).status_code == HTTPStatus.OK
    # The trial, and whether what pages show has changed.
    assert len(queries) <= 2, [query["sql"] for query in queries]


def test_form_given_out_again_is_accepted(interest, public_door):
    public_door.get(interest)
    shown = public_door.get(interest).content.decode()
    csrf = tokens_of(shown)["csrfmiddlewaretoken"]
    response = public_door.post(
        interest, encoded(form_data(csrfmiddlewaretoken=csrf)), content_type=FORM
    )
    assert response.status_code == HTTPStatus.SEE_OTHER
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert Inquiry.objects.count() == 1


def test_what_one_person_typed_is_never_given_to_the_next(client):
    for address in (HELP, CLINICIAN):
        shown = client.post(address, encoded(form_data(consent="")), content_type=FORM)
        assert PLANTED["name"] in shown.content.decode()
        assert PLANTED["name"] not in client.get(address).content.decode()


def test_change_of_what_it_shows_is_seen_at_once(client):
    before = client.get(HELP).content.decode()
    make_patient_text(key=PatientText.Key.CONSENT, body="<p>You may call me.</p>", live=True)
    after = client.get(HELP).content.decode()
    assert "You may call me." not in before and "You may call me." in after
    versions = {
        read_form_token(tokens_of(page)["form_token"]).consent_version for page in (before, after)
    }
    assert len(versions) == 2


def test_trial_that_closes_loses_its_form_at_once(client):
    trial = make_trial()
    address = f"/en/trials/{trial.nct_id}/interest/"
    assert "does not take new people here now" not in client.get(address).content.decode()
    open_page = client.get(address).content.decode()
    trial.our_site_open = False
    trial.save()
    closed_page = client.get(address).content.decode()
    assert without_tokens(open_page) != without_tokens(closed_page)
    assert f'action="{HELP}"' in closed_page and f'action="{HELP}"' not in open_page


def test_addresses_with_more_in_them_are_rendered_each(client):
    """Links to the other language repeat the whole address."""
    caches["process"].clear()
    for query in ("?x=1", "?from=elsewhere", "?from=clinician&x=1"):
        assert query.replace("&", "&amp;") in client.get(HELP + query).content.decode()
    client.get(HELP)
    assert "x=1" not in client.get(HELP).content.decode()


def test_each_host_and_language_gets_what_was_rendered_for_it(client):
    wanted = [
        (path, host) for path in (HELP, "/es/trials/help/") for host in ("localhost", "a.test")
    ]

    def page(path, host):
        response = client.get(path, headers={"host": host})
        return without_tokens(response.content.decode())

    fresh = {}
    for case in wanted:
        caches["process"].clear()
        fresh[case] = page(*case)
    assert [page(*case) for case in wanted + wanted] == [fresh[case] for case in wanted + wanted]
    assert fresh[HELP, "localhost"] != fresh["/es/trials/help/", "localhost"]
