"""The reports of leads as a page: who sees them, what they hide, what they cost."""

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.models import AuditEvent, FailedSearch, OutboxMessage
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_trial
from tests.inquiries.report_rows import at_step, rows, save

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/inquiry-reports/"


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


@pytest.fixture
def lead():
    return make_user(LEADS)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(lead, query=""):
    response = client_of(lead).get(f"{ADDRESS}{query}")
    assert response.status_code == HTTPStatus.OK
    return response


def cells(response, name):
    """The rows of one of the page's tables."""
    tables = [*response.context["main"], *response.context["groups"]]
    (table,) = [one for one in tables if one.name == name]
    return [[str(one) for one in row] for row in table.rows]


class TestWhoSeesThem:
    @pytest.mark.parametrize("role", [COORDINATORS, EDITORS, ADMINISTRATORS])
    def test_others_are_refused_and_that_is_written_down(self, role):
        response = client_of(make_user(role)).get(ADDRESS)
        assert response.status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.FOUND)
        assert AuditEvent.objects.filter(action="inquiry.refused").exists()
        assert not AuditEvent.objects.filter(action="inquiry.reported").exists()

    def test_a_superuser_is_no_lead(self):
        user = make_user(is_superuser=True, is_staff=True)
        assert client_of(user).get(ADDRESS).status_code != HTTPStatus.OK

    def test_a_lead_needs_the_permission(self, lead):
        permission = Permission.objects.get(codename="view_reports")
        lead.groups.get().permissions.remove(permission)
        assert client_of(lead).get(ADDRESS).status_code != HTTPStatus.OK

    def test_the_menu_shows_them_to_leads(self, lead):
        assert ADDRESS in client_of(lead).get("/admin/").text
        assert ADDRESS not in client_of(make_user(COORDINATORS)).get("/admin/").text

    def test_a_look_is_recorded_with_its_filters_and_kept_nowhere(self, lead):
        response = page_of(lead, "?from=2026-01-01&to=2026-01-31&language=es&name=Zebulon")
        assert "no-store" in response["Cache-Control"]
        event = AuditEvent.objects.get(action="inquiry.reported")
        assert event.data == {
            "filters": {"from": "2026-01-01", "to": "2026-01-31", "language": "es"}
        }


class TestNumbers:
    def test_funnel_with_small_numbers_hidden(self, lead):
        save(*rows(8), *at_step("tried", 6), *at_step("enrolled", 2))
        response = page_of(lead)
        assert cells(response, "funnel") == [
            ["Received", "16", "100%"],
            ["Read by the team", "8", "50%"],
            ["First attempt", "8", "50%"],
            *[
                [label, "fewer than 5", "–"]
                for label in ("Reached", "Pre-screen passed", "Visit booked", "Enrolled")
            ],
        ]
        assert cells(response, "states") == [
            ["New", "8", "50%"],
            ["All others together", "8", "50%"],
        ]

    def test_groups_with_the_time_to_the_first_attempt(self, lead):
        received = timezone.now() - timedelta(days=20)
        save(*at_step("reached", 10, received), *rows(2, received_at=received))
        save(*at_step("tried", 6, received, language="es"))
        response = page_of(lead)
        english, spanish = cells(response, "language")
        assert english[:4] == ["English", "12", "10 (83%)", "10 (83%)"]
        assert spanish[:4] == ["Spanish", "6", "6 (100%)", "0 (0%)"]
        assert " h " in spanish[-2]
        assert spanish[-1] == "100%"
        assert len(response.context["equity"]) == 3

    def test_a_group_of_four_is_not_there_at_all(self, lead):
        save(*rows(20), *at_step("tried", 4, language="es"))
        response = page_of(lead)
        assert cells(response, "language") == []
        assert response.context["equity"] == []
        assert "Spanish" not in re.sub(r"<select.*?</select>", "", response.text, flags=re.DOTALL)

    def test_fewer_than_five_are_no_report(self, lead):
        save(*at_step("enrolled", 4))
        response = page_of(lead)
        assert response.context["is_too_small"] and "Fewer than five" in response.text
        assert "<table" not in response.text.partition("<main")[2].partition("</main")[0]

    def test_filters(self, lead):
        trial = make_trial()
        save(*rows(6, language="es"), trial=trial)
        save(*rows(7, received_at=timezone.now() - timedelta(days=200)))
        for query, number in (
            ("", "6"),
            (f"?trial={trial.nct_id}", "6"),
            ("?language=es", "6"),
            ("?from=2016-12-01", "13"),
            ("?from=not-a-day&trial=nothing", "6"),
        ):
            from_2016 = query.startswith("?from=2016")
            if from_2016:
                query = f"?from={timezone.localdate() - timedelta(days=3000)}"
            assert cells(page_of(lead, query), "funnel")[0][1] == number, query

    @pytest.mark.parametrize(
        "query",
        [
            "from=0001-01-01",
            "to=9999-12-31",
            "to=0001-01-02",
            "from=2026-05-05&to=2026-05-01",
            "from=x&language=xx",
            "trial=NCT00000000'--",
        ],
    )
    def test_a_period_that_is_none_is_said_so(self, lead, query):
        response = page_of(lead, f"?{query}")
        assert response.context["form"].errors and "error-message" in response.text

    def test_messages_and_searches(self, lead):
        now = timezone.now()
        common = {"subject_type": "inquiry", "audience": "staff", "language": "en"}
        OutboxMessage.objects.bulk_create(
            [
                OutboxMessage(template="a", subject_id="1", sent_at=now, attempts=3, **common),
                OutboxMessage(template="a", subject_id="2", dead_at=now, **common),
                OutboxMessage(
                    template="a", subject_id="3", created_at=now - timedelta(hours=3), **common
                ),
                OutboxMessage(
                    template="a", subject_id="4", next_attempt_at=now + timedelta(days=1), **common
                ),
            ]
        )
        rows_of = dict(page_of(lead).context["outbox"])
        assert rows_of["Wait to be sent now"] == 1
        assert rows_of["Oldest of them has waited"].startswith("3 h")
        assert (rows_of["Sent after another try"], rows_of["Given up"]) == (1, 1)
        today = timezone.localdate()
        for day in (today, today, today - timedelta(days=1)):
            FailedSearch.objects.create(term="merkel cell", language="en", day=day)
        [search] = page_of(lead).context["searches"]
        assert "merkel cell" in str(search) and "merkel cell" in page_of(lead).text


def test_page__opens_nothing_sealed_and_tells_nobody(lead):
    for _ in range(6):
        make_inquiry()
    text = page_of(lead).text
    assert not [value for value in PLANTED.values() if value in text]
    assert not AuditEvent.objects.filter(action__in=["inquiry.opened", "inquiry.listed"]).exists()


def test_page__keeps_to_the_strict_policy(lead):
    save(*at_step("enrolled", 12), *rows(12, language="es"))
    response = page_of(lead)
    assert "unsafe" not in response["Content-Security-Policy"]
    main = response.text.partition("<main")[2]
    assert "<svg" in main
    assert not re.search(r"\sstyle=|<style|<script|\son[a-z]+=", main)
    charts = re.findall(r'<svg class="chart".*?</svg>', main, re.DOTALL)
    assert len(charts) >= 5
    for chart in charts:
        title, desc = re.search(r'aria-labelledby="(\S+) (\S+)"', chart).groups()
        assert f'<title id="{title}">' in chart and f'<desc id="{desc}">' in chart
    ids = re.findall(r'\sid="([^"]+)"', main)
    assert len(ids) == len(set(ids))


def test_page__costs_the_same_queries_for_many_as_for_few(lead):
    trials = [make_trial() for _ in range(3)]
    client = client_of(lead)

    def cost():
        client.get(ADDRESS)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(ADDRESS).status_code == HTTPStatus.OK
        return len(queries)

    save(*rows(10), *at_step("enrolled", 10), trial=trials[0])
    few = cost()
    for trial in trials:
        save(*rows(200, language="es"), *at_step("reached", 200), trial=trial)
    assert cost() == few
    assert few <= 30
