"""The public door with real pages: nothing restricted, and a database that goes away."""

import psycopg2
import pytest
from django.db import close_old_connections, connection
from django.test import Client
from wagtail.models import PageViewRestriction

from tests.factories import make_home_page


@pytest.fixture
def public_door(settings):
    settings.PROCESS = "public"
    settings.ROOT_URLCONF = "clinic.urls.public"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    return Client(raise_request_exception=False)


@pytest.mark.django_db
class TestRestrictedPages:
    @pytest.mark.parametrize("kind", ["login", "password", "groups"])
    def test_are_not_found(self, public_door, kind):
        home = make_home_page()
        assert public_door.get(home.url).status_code == 200
        PageViewRestriction.objects.create(page=home, restriction_type=kind, password="x")
        assert public_door.get(home.url).status_code == 404

    def test_lead_to_the_login_at_the_staff_door(self):
        home = make_home_page()
        PageViewRestriction.objects.create(page=home, restriction_type="login")
        assert Client().get(home.url).status_code == 302


@pytest.mark.django_db
class TestAddresses:
    @pytest.mark.parametrize("address", ["/admin/", "/admin/auth/login/", "/admin/demo-mail/"])
    def test_no_login_and_no_admin(self, public_door, settings, address):
        settings.STAFF_URL = ""
        answer = public_door.get(address)
        assert answer.status_code == 404
        assert not answer.cookies

    @pytest.mark.parametrize("address", ["/admin", "/admin/", "/admin/pages/?next=//evil.example"])
    def test_staff_are_sent_to_their_door(self, public_door, settings, address):
        settings.STAFF_URL = "https://staff.clinic.example"
        answer = public_door.get(address)
        assert answer["Location"] == "https://staff.clinic.example/admin/"
        assert not answer.cookies


def end_connection():
    """Do what an administrator or a crash does to our connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = psycopg2.connect(**connection.get_connection_params())
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_is_a_page_and_comes_back(public_door):
    home = make_home_page()
    assert public_door.get(home.url).status_code == 200
    end_connection()
    response = public_door.get(home.url)
    assert response.status_code == 503
    assert "Call 911" in response.text
    close_old_connections()  # what the server does between requests, and the test client does not
    assert public_door.get(home.url).status_code == 200
