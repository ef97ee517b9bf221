"""The list of what is due: in order, with owners, and only for those who work on pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS
from tests.clinic.review_steps import log_in
from tests.factories import make_page, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def address() -> str:
    return reverse("clinical_reviews")


def titles(html: str, *names: str) -> list[str]:
    return sorted((name for name in names if name in html), key=html.index)


def test_report__puts_never_checked_and_overdue_first(address: str) -> None:
    today = timezone.localdate()
    make_page(title="Fine page", next_review_due=today + timedelta(days=300))
    make_page(title="Late page", next_review_due=today - timedelta(days=9))
    make_page(title="Soon page", next_review_due=today + timedelta(days=5))
    make_page(title="Raw page")
    make_page(title="Hidden page", live=False)
    html = log_in(make_user(EDITORS)).get(address).content.decode()
    assert titles(html, "Raw page", "Late page", "Soon page", "Fine page", "Hidden page") == [
        "Raw page",
        "Late page",
        "Soon page",
        "Fine page",
    ]
    assert "9 days overdue" in html and "Due in 5 days" in html and "Never checked" in html


@pytest.mark.parametrize(
    ("state", "expected"), [("due", "Late page"), ("soon", "Soon page"), ("never", "Raw page")]
)
def test_report__can_be_narrowed(address: str, state: str, expected: str) -> None:
    today = timezone.localdate()
    make_page(title="Late page", next_review_due=today - timedelta(days=9))
    make_page(title="Soon page", next_review_due=today + timedelta(days=5))
    make_page(title="Raw page")
    html = log_in(make_user(EDITORS)).get(address, {"state": state}).content.decode()
    assert titles(html, "Late page", "Soon page", "Raw page") == [expected]


def test_report__names_who_owns_and_who_checked(address: str) -> None:
    owner = make_user(EDITORS, first_name="Olga", last_name="Owner")
    person = make_person(name="Dr. Ruth Reviewer")
    make_page(title="Kept page", owner=owner, reviewed_by=person)
    html = log_in(owner).get(address).content.decode()
    assert "Olga Owner" in html and "Dr. Ruth Reviewer" in html


@pytest.mark.parametrize("owner", ["none", "left", "other_role"])
def test_report__finds_what_nobody_owns(address: str, owner: str) -> None:
    people: dict[str, Any] = {
        "none": None,
        "left": make_user(EDITORS, is_active=False),
        "other_role": make_user(COORDINATORS),
    }
    editor = make_user(EDITORS)
    make_page(title="Lonely page", owner=people[owner])
    make_page(title="Kept page", owner=editor)
    html = log_in(editor).get(address, {"nobody_owns": "true"}).content.decode()
    assert titles(html, "Lonely page", "Kept page") == ["Lonely page"]
    assert "Nobody" in html


def test_report__exports_a_table(address: str) -> None:
    make_page(title="Late page", next_review_due=timezone.localdate() - timedelta(days=9))
    response = log_in(make_user(EDITORS)).get(address, {"export": "csv"})
    text = b"".join(response.streaming_content).decode()
    assert "Late page" in text and "9 days overdue" in text


@pytest.mark.parametrize("role", [EDITORS, REVIEWERS, ADMINISTRATORS, COORDINATORS, LEADS])
def test_report__is_for_those_who_work_on_pages(address: str, role: str) -> None:
    make_page()
    sees = role in {EDITORS, REVIEWERS, ADMINISTRATORS}
    client = log_in(make_user(role))
    assert (client.get(address).status_code == 200) is sees
    assert (address in client.get(reverse("wagtailadmin_home")).content.decode()) is sees
