"""Attacks from outside and from a neighbouring role that other tests do not try."""

import re

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.documents.models import Document

from clinic.models import AuditEvent
from clinic.outbox import send_next
from clinic.roles import COORDINATORS, EDITORS, LEADS
from tests.clinic.test_uploads import make_image
from tests.factories import PASSWORD, make_home_page, make_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_member, make_trial
from trials.inquiries.lookup import index_submissions

pytestmark = pytest.mark.django_db
EVIL = "evil.example"
ELSEWHERE = [
    f"https://{EVIL}/",
    f"//{EVIL}/",
    f"///{EVIL}/",
    f"/\\{EVIL}/",
    f"\\\\{EVIL}/",
    f"http:{EVIL}/",
    f"/\t/{EVIL}/",
    f"\t//{EVIL}/",
    f"https:///{EVIL}/",
    f"https://testserver@{EVIL}/",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
]
FORGED = [
    {"HTTP_X_FORWARDED_HOST": EVIL},
    {"HTTP_X_HOST": EVIL},
    {"HTTP_X_FORWARDED_SERVER": EVIL},
    {"HTTP_FORWARDED": f"host={EVIL};proto=https"},
    {"HTTP_X_ORIGINAL_URL": f"https://{EVIL}/"},
    {"HTTP_X_REWRITE_URL": f"//{EVIL}/"},
    {"HTTP_X_FORWARDED_PREFIX": f"//{EVIL}"},
    {"HTTP_REFERER": f"https://{EVIL}/"},
    {"HTTP_ORIGIN": f"https://{EVIL}"},
]


@pytest.fixture(autouse=True)
def home(db):
    return make_home_page()


def log_in(user):
    client = Client()
    client.force_login(user)
    return client


def leads_away(response):
    target = response.get("Location", "")
    return EVIL in target.partition("?")[0] or target.startswith(("javascript:", "data:"))


class TestRedirects:
    @pytest.mark.parametrize("target", ELSEWHERE)
    def test_login_leads_only_inside(self, client, target):
        user = make_user(EDITORS)
        form = {"login": user.email, "password": PASSWORD, "next": target}
        response = client.post(f"{reverse('account_login')}", form)
        assert response.status_code == 302 and response["Location"] == "/admin/"
        again = client.get(reverse("account_login"), {"next": target})  # logged in already
        assert not leads_away(again)

    @pytest.mark.parametrize("target", ELSEWHERE)
    def test_logout_leads_only_inside(self, target):
        client = log_in(make_user(EDITORS))
        response = client.post(reverse("account_logout"), {"next": target})
        assert not leads_away(response)

    @pytest.mark.parametrize("target", ELSEWHERE)
    def test_wagtails_screens_lead_only_inside(self, target, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        editor = make_user(EDITORS)
        client = log_in(editor)
        image, page = make_image(editor), make_page(live=False)
        addresses = [
            reverse("wagtailimages:edit", args=[image.pk]),
            reverse("wagtailimages:delete", args=[image.pk]),
            reverse("wagtailadmin_pages:delete", args=[page.pk]),
            reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
            + f"?id={make_page(live=False).pk}",
        ]
        for address in addresses:
            joined = "&" if "?" in address else "?"
            data = {"next": target, "title": "x", "description": "x", "tags": ""}
            response = client.post(f"{address}{joined}next=%2F%2F{EVIL}", data)
            assert not leads_away(response), address

    @pytest.mark.parametrize(
        "path",
        [
            f"//{EVIL}/",
            f"//{EVIL}",
            f"/\\{EVIL}/",
            f"/%2F%2F{EVIL}/",
            f"/en//{EVIL}",
            f"/en/%2e%2e//{EVIL}",
            f"//{EVIL}/%2e%2e",
            f"/%0d%0aLocation:%20https://{EVIL}",
        ],
    )
    def test_public_paths_lead_only_inside(self, client, path):
        response = client.get(path, HTTP_ACCEPT_LANGUAGE="es")
        assert not leads_away(response)
        assert EVIL not in response.get("Location", "").lstrip("/").partition("/")[0]

    @pytest.mark.parametrize("name", ["next", "url", "lang", "language", "redirect", "return"])
    def test_language_switch_goes_nowhere_else(self, client, name):
        text = client.get("/en/search/", {name: f"https://{EVIL}/", "q": "x"}).text
        links = re.findall(r'(?:href|action|src)="([^"]*)"', text)
        assert not [link for link in links if link.startswith(("//", f"https://{EVIL}"))]
        assert not leads_away(client.get("/", {name: f"https://{EVIL}/"}))


class TestForgedHeaders:
    @pytest.mark.parametrize("headers", FORGED)
    @pytest.mark.parametrize("path", ["/en/", "/en/trials/help/", "/sitemap.xml", "/robots.txt"])
    def test_no_page_names_another_host(self, client, path, headers):
        response = client.get(path, **headers)
        assert response.status_code == 200
        assert EVIL not in response.text and EVIL not in str(response.headers)

    @pytest.mark.parametrize("path", ["/en/", "/en/trials/help/", "/sitemap.xml", "/robots.txt"])
    def test_no_page_repeats_the_port_of_the_host(self, client, path):
        assert ":6666" not in client.get(path, HTTP_HOST="testserver:6666").text

    @pytest.mark.parametrize("host", [EVIL, f"testserver.{EVIL}", f"testserver@{EVIL}", "a b"])
    def test_another_host_is_refused(self, client, host):
        assert client.get("/en/", HTTP_HOST=host).status_code == 400

    def test_mails_lead_to_the_addresses_of_the_settings(self, client, settings):
        make_user(LEADS)
        make_inquiry()
        client.get("/en/trials/help/", HTTP_HOST="localhost:6666")
        while send_next():
            pass
        links = [link for one in mail.outbox for link in re.findall(r"https?://[^/\s]+", one.body)]
        assert links and set(links) <= {settings.SITE_URL, settings.STAFF_URL}


class TestSearchTellsNothing:
    """Of what a coordinator may not see, not even that it exists."""

    @pytest.fixture
    def stranger(self):
        return log_in(make_member(make_trial(), COORDINATORS))

    @pytest.fixture
    def inquiry(self):
        inquiry = make_inquiry(trial=make_trial())
        index_submissions()
        return inquiry

    @pytest.mark.parametrize(
        ("hidden", "unknown"),
        [
            (PLANTED["email"], "nobody.of.that.name@example.org"),
            (PLANTED["name"], "Nobody Ofthatname"),
            ("(415) 555-0142", "(415) 555-0143"),
            (None, "ZZZZ-ZZZZ"),
        ],
    )
    def test_a_hit_beyond_it_looks_like_a_miss(self, stranger, inquiry, hidden, unknown):
        answers = []
        stranger.get("/admin/inquiries/")  # the first request of a session is written down
        for text in (unknown, hidden or inquiry.reference):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                response = stranger.post("/admin/inquiries/", {"q": text})
            page = re.sub(r'value="[^"]*"|nonce="[^"]*"', "", response.text)
            answers.append((response.status_code, len(queries), len(response.content) - len(text)))
            assert inquiry.reference not in page
            event = AuditEvent.objects.filter(action="inquiry.searched").order_by("-at").first()
            assert event.data == {"ids": []}
        assert answers[0][:2] == answers[1][:2]
        assert abs(answers[0][2] - answers[1][2]) < 8

    def test_an_address_beyond_it_looks_like_one_that_never_was(self, stranger, inquiry):
        missing = inquiry.pk.hex[::-1]
        hidden, unknown = (
            stranger.get(f"/admin/inquiries/{key}/")
            for key in (
                inquiry.pk,
                f"{missing[:8]}-{missing[8:12]}-4{missing[13:16]}-8{missing[17:20]}-{missing[20:]}",
            )
        )
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.content.replace(str(inquiry.pk).encode(), b"") == unknown.content

    def test_counts_and_filters_know_only_ones_own(self, stranger, inquiry):
        page = stranger.get("/admin/inquiries/", {"show": "all"})
        assert not any(part["number"] for part in page.context["parts"])
        trial = inquiry.trials.get()
        assert trial.nct_id not in page.text
        filtered = stranger.get("/admin/inquiries/", {"show": "all", "trial": trial.nct_id})
        assert inquiry.reference not in filtered.text


class TestMedia:
    @pytest.fixture
    def image(self, settings, tmp_path, django_capture_on_commit_callbacks):
        settings.MEDIA_ROOT = tmp_path
        with django_capture_on_commit_callbacks(execute=True):
            return make_image()

    def test_pictures_are_inert_and_of_their_kind(self, client, image):
        files = [image.file, *(rendition.file for rendition in image.renditions.all())]
        assert len(files) > 3
        for file in files:
            response = client.get(file.url)
            assert response["Content-Type"].startswith("image/")
            assert response["Content-Security-Policy"] == (
                "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; "
                "frame-ancestors 'none'"
            )
            assert response["X-Content-Type-Options"] == "nosniff"
            assert response["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "Set-Cookie" not in response

    @pytest.mark.parametrize(
        "path",
        [
            "/media/images/%2e%2e/documents/leaflet.pdf",
            "/media/images/..%2fdocuments/leaflet.pdf",
            "/media//documents/leaflet.pdf",
            "/media/wagtail_uploads/leaflet.pdf",
            "/media/images/%2e%2e/%2e%2e/contact_card.json",
            "/media/contact_card.json",
        ],
    )
    def test_nothing_else_is_served(self, client, image, tmp_path, path):
        Document.objects.create(title="x", file=ContentFile(b"%PDF-", name="leaflet.pdf"))
        for name in ("wagtail_uploads/leaflet.pdf", "contact_card.json"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("x")
        assert client.get(path).status_code == 404

    def test_an_old_script_in_the_folder_runs_nowhere(self, client, image, tmp_path):
        (tmp_path / "images" / "old.svg").write_text("<svg><script>alert(1)</script></svg>")
        (tmp_path / "images" / "old.html").write_text("<script>alert(1)</script>")
        for name in ("old.svg", "old.html"):
            response = client.get(f"/media/images/{name}")
            assert response.status_code == 404 or "sandbox" in response["Content-Security-Policy"]
