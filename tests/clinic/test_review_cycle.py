"""When a text is due again, and what readers are told when nobody checked it in time."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Site

from clinic.models import ClinicSettings
from clinic.review import add_months
from education.models import EducationPage, GlossaryTerm
from tests.education.factories import make_education_page
from tests.factories import make_page

TODAY = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (1, date(2026, 2, 28)),
        (6, date(2026, 7, 31)),
        (12, date(2027, 1, 31)),
        (25, date(2028, 2, 29)),
    ],
)
def test_add_months__keeps_the_day_where_there_is_one(months: int, expected: date) -> None:
    assert add_months(TODAY, months) == expected


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_add_months__lands_in_the_right_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day


@pytest.mark.django_db
class TestNextReview:
    def test_safety_pages__are_due_sooner(self) -> None:
        assert EducationPage(is_side_effect_page=True).next_review_after(TODAY) == date(2026, 7, 31)
        assert EducationPage().next_review_after(TODAY) == date(2027, 1, 31)
        assert GlossaryTerm().next_review_after(TODAY) == date(2027, 1, 31)
        assert make_page().next_review_after(TODAY) == date(2028, 1, 31)

    def test_months__come_from_the_settings(self) -> None:
        make_page()
        site = Site.objects.get(is_default_site=True)
        ClinicSettings.objects.create(site=site, review_months_education=3)
        assert EducationPage().next_review_after(TODAY) == date(2026, 4, 30)


@pytest.mark.django_db
class TestOverdueNotice:
    @pytest.mark.parametrize(("days", "is_shown"), [(0, False), (30, False), (31, True)])
    def test_notice__after_the_grace_period(
        self, client: Client, days: int, is_shown: bool
    ) -> None:
        due = timezone.localdate() - timedelta(days=days)
        page = make_education_page(next_review_due=due)
        html = client.get(page.get_url()).content.decode()
        assert ("should have been checked again by" in html) is is_shown

    def test_notice__is_not_for_pages_that_nobody_reviewed(self, client: Client) -> None:
        html = client.get(make_education_page().get_url()).content.decode()
        assert "should have been checked again" not in html

    def test_notice__costs_no_query(self, client: Client, django_assert_num_queries: Any) -> None:
        page = make_education_page(next_review_due=timezone.localdate() - timedelta(days=99))
        with django_assert_num_queries(0), translation.override("en"):
            assert page.days_overdue() == 99
