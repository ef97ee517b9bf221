"""The dashboard shows each role what it should look at."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from clinic.home_panels import due_pages, taken_down_pages
from clinic.roles import COORDINATORS, EDITORS, REVIEWERS
from clinic.takedown import take_down
from tests.factories import make_page, make_user

pytestmark = pytest.mark.django_db


def dashboard_of(role):
    client = Client()
    client.force_login(make_user(role))
    return client.get("/admin/").content.decode()


def test_due_reviews_come_longest_overdue_first():
    today = timezone.localdate()
    late = make_page(next_review_due=today - timedelta(days=1))
    very_late = make_page(next_review_due=today - timedelta(days=9))
    make_page(next_review_due=today + timedelta(days=1))
    make_page(next_review_due=today, live=False)
    assert [page.pk for page in due_pages()] == [very_late.pk, late.pk]


def test_taken_down_pages_are_listed_until_they_are_back():
    page, back = make_page(), make_page()
    take_down([page, back], user=make_user(EDITORS), reason="Wrong dose")
    type(back).objects.filter(pk=back.pk).update(live=True, last_published_at=timezone.now())
    assert [listed.pk for listed in taken_down_pages()] == [page.pk]


@pytest.mark.parametrize("role", [EDITORS, REVIEWERS])
def test_editors_and_reviewers_see_the_reason(role):
    take_down([make_page()], user=make_user(EDITORS), reason="Wrong dose")
    assert "Wrong dose" in dashboard_of(role)


def test_coordinators_do_not():
    take_down([make_page()], user=make_user(EDITORS), reason="Wrong dose")
    assert "Wrong dose" not in dashboard_of(COORDINATORS)


def test_nothing_leads_to_another_site():
    make_page()
    text = dashboard_of(EDITORS)
    assert "gravatar" not in text
    assert "guide.wagtail.org" not in text
