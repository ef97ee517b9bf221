"""What the admin refuses to somebody who is logged in is written down."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEvent
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS
from tests.factories import make_home_page, make_page, make_user
from tests.inquiries.factories import make_inquiry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(db):
    return make_home_page()


def events_after(user, address, method="get", **data):
    client = Client()
    client.force_login(user)
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    getattr(client, method)(address, data, HTTP_SEC_FETCH_MODE="navigate")
    events = AuditEvent.objects.exclude(pk__in=before)
    return [(event.action, event.actor, event.object_type, event.object_id) for event in events]


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_one_has_no_permission_for(method):
    user, page = make_user(COORDINATORS), make_page()
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert events_after(user, address, method) == [
        ("access.refused", user, "wagtailadmin_pages:edit", str(page.pk))
    ]
    address = reverse("staff:edit", args=[user.pk])
    assert events_after(user, address, method) == [
        ("access.refused", user, "staff:edit", str(user.pk))
    ]


def test_a_guessed_address():
    user = make_user(ADMINISTRATORS)
    assert events_after(user, reverse("staff:edit", args=[999_999])) == [
        ("access.refused", user, "staff:edit", "999999")
    ]


def test_what_is_typed_into_an_address_is_not_kept():
    user = make_user(EDITORS)
    address = reverse("take_down_text", args=["clinic", "Zebulon Quillfeather", 7])
    assert events_after(user, address) == [("access.refused", user, "take_down_text", "7")]
    address = "/admin/reports/registry/Zebulon Quillfeather/"
    assert [event[3] for event in events_after(user, address)] in ([], [""])


def test_somebody_without_any_role():
    user = make_user()
    assert events_after(user, "/admin/pages/") == [
        ("access.refused", user, "wagtailadmin_explore_root", "")
    ]


@pytest.mark.parametrize("role", [COORDINATORS, EDITORS])
def test_the_inbox_says_it_in_its_own_words_and_once(role):
    user, inquiry = make_user(role), make_inquiry()
    for key in (inquiry.pk, uuid.uuid4()):
        assert events_after(user, f"/admin/inquiries/{key}/") == [
            ("inquiry.refused", user, "inquiry", str(key))
        ]


def test_trial_teams_and_colleagues_are_watched_too():
    user = make_user(COORDINATORS)
    assert events_after(user, "/admin/trial-teams/")[0][0] == "access.refused"


def test_what_is_allowed_is_no_refusal():
    assert events_after(make_user(LEADS), "/admin/trial-teams/") == []
    assert events_after(make_user(EDITORS), "/admin/pages/") == []


def test_an_address_that_leads_nowhere_is_no_refusal():
    assert events_after(make_user(EDITORS), "/admin/nowhere-at-all/") == []


class TestWhatNoPageSends:
    """Wagtail would answer these by an error of ours."""

    def ask(self, address, **data):
        client = Client(raise_request_exception=False)
        client.force_login(make_user(EDITORS))
        return client.post(address, data)

    @pytest.mark.parametrize("target", ["2026-11-27", "-1", "it's", "nowhere"])
    def test_a_next_that_is_no_address(self, target):
        page = make_page(live=False)
        address = reverse(
            "wagtailadmin_pages:revisions_unschedule", args=[page.pk, page.latest_revision_id]
        )
        assert self.ask(address, next=target).status_code in {302, 400}

    def test_a_form_of_a_chooser_that_has_none(self):
        address = "/admin/snippets/choose/education/glossaryterm/create/"
        assert self.ask(address, x="x").status_code == 404
