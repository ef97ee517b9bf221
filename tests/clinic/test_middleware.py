"""The layers around every view, asked through whole requests."""

from http import HTTPStatus
from urllib.parse import urlencode

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path, re_path

from clinic.phones import dial
from clinic.urls import staff

URGENT = "Call 911"


def read(request, **kwargs):
    return HttpResponse(f"q={request.GET.get('q', '')} posted={dict(request.POST)}")


def raise_operational(request):
    raise OperationalError("connection to server failed: host=db.internal")


def raise_interface(request):
    raise InterfaceError("connection already closed")


def raise_bug(request):
    raise RuntimeError("secret@example.org")


def refuse(request):
    raise PermissionDenied


urlpatterns = [
    *i18n_patterns(path("read/", read)),
    path("api/read/", read),
    path("en/away/", raise_operational),
    path("api/away/", raise_operational),
    path("en/closed/", raise_interface),
    path("en/bug/", raise_bug),
    path("es/refused/", refuse),
    re_path(r"^admin/read/(?P<rest>.*)$", read),
]
handler400, handler403 = staff.handler400, staff.handler403
handler404, handler500 = staff.handler404, staff.handler500

pytestmark = pytest.mark.urls(__name__)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def door_of_the_public(settings):
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE[:-1]  # redirects look into the database
    settings.PROCESS = "public"


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


def post(client, body, address="/en/read/", content_type=FORM, **extra):
    return client.generic("POST", address, body, content_type, **extra)


class TestBadInput:
    @pytest.mark.parametrize(
        "query", ["q=%00", "q=a%00b", "%00=1", "q=%ff", "q=%ed%a0%80", "q=\x00"]
    )
    def test_unreadable_query(self, visitor, query):
        response = visitor.get("/en/read/", QUERY_STRING=query)
        assert response.status_code == 400
        assert URGENT in response.text

    @pytest.mark.parametrize("raw", [b"/en/\x00/", b"/en/\xff/", b"/en/\xed\xa0\x80/", b"\x00"])
    def test_unreadable_path(self, visitor, raw):
        response = visitor.generic("GET", "/", PATH_INFO=raw.decode("latin-1"))
        assert response.status_code == 400

    def test_the_page_is_in_the_visitors_language(self, visitor):
        response = visitor.get("/es/read/", QUERY_STRING="q=%00")
        assert '<html lang="es">' in response.text

    def test_readable_text_of_any_script_passes(self, visitor):
        response = visitor.get("/en/read/", {"q": "niña 免疫 🧬"})
        assert "q=niña 免疫 🧬" in response.text

    @pytest.mark.parametrize(
        "body", [b"name=%00", b"name=a\x00b", b"name=%ff", b"name=\xff", b"%00=1"]
    )
    def test_unreadable_form(self, visitor, body):
        assert post(visitor, body + b"&message=Please+call").status_code == 400

    def test_an_unreadable_form_keeps_what_was_typed(self, visitor):
        response = post(visitor, b"name=Ana%00Ruiz&message=%3Cb%3Ehello%3C/b%3E")
        assert 'name="name" value="AnaRuiz"' in response.text
        assert "&lt;b&gt;hello&lt;/b&gt;" in response.text
        assert "<b>hello" not in response.text
        assert "no-store" in response["Cache-Control"]

    def test_a_staff_form_that_no_picture_needs(self, visitor, settings):
        settings.PROCESS = "staff"
        address = "/admin/read/x"
        assert post(visitor, b"a" * 1_000_000, address=address).status_code == 200
        response = post(visitor, b"a", address=address, CONTENT_LENGTH=str(30_000_000))
        assert response.status_code == 413

    def test_a_form_of_a_megabyte(self, visitor):
        response = post(visitor, b"message=" + b"a" * 1_000_000)
        assert response.status_code == 413
        assert URGENT in response.text

    def test_two_thousand_fields(self, visitor):
        response = post(visitor, b"&".join(b"f%d=1" % number for number in range(2000)))
        assert response.status_code == 400
        assert URGENT in response.text

    @pytest.mark.parametrize(
        "content_type",
        [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\xff",
            "multipart/form-data; boundary=x",
            f"{FORM}; charset=utf-16",
            f"{FORM}; charset=no-such",
        ],
    )
    @pytest.mark.parametrize(
        "body", [b"", b"--x\r\nContent-Disposition: form-data\r\n\r\n", b"a=1"]
    )
    def test_bad_multipart_and_charset(self, visitor, content_type, body):
        assert post(visitor, body, content_type=content_type).status_code in {200, 400}

    def test_no_file_is_taken_for_text(self, visitor):
        head = b'Content-Disposition: form-data; name="f"; filename="a"'
        body = b"--x\r\n" + head + b"\r\n\r\n\xff\xd8\r\n--x--"
        response = post(visitor, body, content_type="multipart/form-data; boundary=x")
        assert response.status_code == 400

    def test_nul_in_a_part_as_base64(self, visitor):
        head = b'Content-Disposition: form-data; name="f"\r\nContent-Transfer-Encoding: base64'
        body = b"--x\r\n" + head + b"\r\n\r\nYQBi\r\n--x--"
        response = post(visitor, body, content_type="multipart/form-data; boundary=x")
        assert response.status_code == 400

    @pytest.mark.parametrize("length", ["-1", "x", "", "99999999999999999999", "9" * 5000])
    def test_nonsense_as_length(self, visitor, length):
        response = post(visitor, b"a=1", CONTENT_LENGTH=length)
        assert response.status_code in {200, 400, 413}
        response = post(visitor, b"a=1", address="/en/?q=%00", CONTENT_LENGTH=length)
        assert response.status_code in {400, 413}

    @pytest.mark.parametrize(
        "name",
        [
            "ACCEPT_LANGUAGE",
            "COOKIE",
            "REFERER",
            "USER_AGENT",
            "X_FORWARDED_FOR",
            "ORIGIN",
            "ACCEPT",
        ],
    )
    @pytest.mark.parametrize("value", ["\x00", "a\r\nX-Injected: 1", "\xff\xfe", "%00", "," * 9000])
    def test_nonsense_in_headers(self, visitor, name, value):
        response = visitor.get("/en/read/", **{f"HTTP_{name}": value})
        assert response.status_code == 200
        assert "X-Injected" not in response.headers

    @pytest.mark.parametrize("host", ["evil.example", "a\r\nb", "", "[::", "localhost:x", "\x00"])
    def test_a_host_that_is_not_ours(self, visitor, host):
        with override_settings(ALLOWED_HOSTS=["clinic.example"]):
            assert visitor.get("/en/read", HTTP_HOST=host).status_code == 400


class TestDatabaseAway:
    @pytest.mark.parametrize("address", ["/en/away/", "/en/closed/"])
    def test_the_page_needs_no_database(self, visitor, address):
        response = visitor.get(address)
        assert response.status_code == 503
        assert URGENT in response.text
        assert "no-store" in response["Cache-Control"]
        assert response["Retry-After"]

    def test_nothing_typed_is_lost(self, visitor):
        answers = {"name": 'Ana "<i>', "contact_by": ["email", "phone"], "form_token": "t0"}
        response = post(visitor, urlencode(answers, doseq=True).encode(), address="/en/away/")
        for hidden in (
            'name="name" value="Ana &quot;&lt;i&gt;"',
            'name="contact_by" value="email"',
            'name="contact_by" value="phone"',
            'name="form_token" value="t0"',
        ):
            assert hidden in response.text
        assert "<li>t0</li>" not in response.text
        assert 'action="/en/away/"' in response.text

    def test_machines_get_json(self, visitor):
        assert visitor.get("/api/away/").json() == {"detail": "Service Unavailable"}

    def test_the_log_holds_neither_answers_nor_the_query(self, visitor, caplog):
        post(visitor, b"name=Ana+Ruiz", address="/en/away/?q=melanoma")
        assert "/en/away/" in caplog.text
        assert "Ana" not in caplog.text
        assert "melanoma" not in caplog.text


class TestOtherErrors:
    def test_a_bug_says_nothing_about_itself(self, visitor):
        response = visitor.get("/en/bug/")
        assert response.status_code == 500
        assert "secret" not in response.text
        assert URGENT in response.text

    def test_forbidden(self, visitor):
        response = visitor.get("/es/refused/")
        assert response.status_code == 403
        assert '<html lang="es">' in response.text

    def test_not_found_is_never_a_redirect(self, visitor):
        for address in ("/nowhere/", "/api/nowhere/", "/admin/nowhere", "/trials/", "/fhir/x"):
            assert visitor.get(address).status_code == 404

    def test_the_pages_carry_the_clinics_number(self, visitor, monkeypatch):
        from clinic import contact_card

        card = contact_card.ContactCard("Marigold", "(415) 555-0100", "(415) 555-0199", "711")
        monkeypatch.setattr(contact_card, "_known", [card])
        text = visitor.get("/en/nowhere/").text
        assert f'href="{dial("(415) 555-0199")}"' in text
        assert "(415) 555-0100" in text


class TestLanguage:
    @pytest.mark.parametrize(
        "accepted, language",
        [("es-MX,en;q=0.5", "es"), ("de", "en"), ("", "en"), ("\x00;q=x", "en")],
    )
    def test_the_root_leads_to_the_best_language(self, visitor, accepted, language):
        response = visitor.get("/", HTTP_ACCEPT_LANGUAGE=accepted)
        assert (response.status_code, response["Location"]) == (302, f"/{language}/")
        assert "Accept-Language" in response["Vary"]

    def test_pages_do_not_vary_with_the_language_asked_for(self, visitor):
        response = visitor.get("/es/read/", HTTP_ACCEPT_LANGUAGE="en")
        assert response["Content-Language"] == "es"
        assert "Accept-Language" not in response.get("Vary", "")


class TestHeaders:
    @pytest.mark.parametrize(
        "address, status",
        [
            ("/en/read/", 200),
            ("/en/nowhere/", 404),
            ("/en/bug/", 500),
            ("/en/away/", 503),
            ("/en/read/?q=%00", 400),
            ("/", 302),
        ],
    )
    def test_every_answer_carries_them(self, visitor, address, status):
        response = visitor.get(address)
        assert response.status_code == status
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "nonce" not in policy
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] in {"DENY", "SAMEORIGIN"}
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in response["Permissions-Policy"]
        assert response["Referrer-Policy"] in {"same-origin", "no-referrer"}

    def test_refusal_of_a_foreign_host_and_the_way_to_https_carry_them_too(self, visitor):
        usual = set(visitor.get("/en/read/", secure=True).headers) - {
            "Content-Language",
            "Content-Length",
            "Vary",
        }
        assert "Permissions-Policy" in usual
        with override_settings(SECURE_SSL_REDIRECT=True):
            production = Client()
            to_https = production.get("/en/read/?q=melanoma")
            refused = production.get("/en/read/", HTTP_HOST="evil.example")
        assert (to_https.status_code, refused.status_code) == (301, 400)
        assert to_https["Location"] == "https://testserver/en/read/?q=melanoma"
        assert to_https["Referrer-Policy"] == "no-referrer"
        for response in (to_https, refused):
            assert usual - set(response.headers) == set()
            assert "default-src 'self'" in response["Content-Security-Policy"]

    def test_a_page_with_a_query_sends_no_referrer(self, visitor):
        assert visitor.get("/en/read/?q=melanoma")["Referrer-Policy"] == "no-referrer"

    def test_hsts_where_the_settings_ask_for_it(self, visitor):
        with override_settings(SECURE_HSTS_SECONDS=31536000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True):
            response = visitor.get("/en/read/", secure=True)
        assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


class TestPublicDoor:
    def test_nobody_is_logged_in_and_nobody_asks(self, visitor, django_assert_num_queries):
        response = visitor.get("/en/read/", HTTP_COOKIE="clinic_staff=abcdefgh12345678")
        assert response.status_code == HTTPStatus.OK
        assert response.wsgi_request.user.is_anonymous
        assert not hasattr(response.wsgi_request, "session")
        assert not response.cookies


class TestRequestId:
    def test_is_ours(self, visitor):
        response = visitor.get("/en/read/", HTTP_X_REQUEST_ID="mine")
        assert len(response.wsgi_request.request_id) == 36
