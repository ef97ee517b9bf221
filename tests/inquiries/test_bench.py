"""What ``make bench inbox`` fills in and counts; how fast it is, no test asserts."""

import pytest

from clinic.roles import COORDINATORS, LEADS
from tests.browser.conftest import two_free_ports
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import make_trial
from tests.served import copied_database, manage_environment, served
from trials.inquiries import bench, bench_intake
from trials.inquiries.demo import COORDINATOR, LEAD
from trials.inquiries.models import Inquiry, Submission
from trials.inquiries.services import join_team

MOST_QUERIES = 20  # design, budgets


@pytest.fixture
def filled(transactional_db, monkeypatch, settings):
    """A small inbox, made as the benchmark makes its large one."""
    monkeypatch.setattr(bench, "PATTERNS", 240)
    for name in ("WAITING", "DATED", "UNDATED"):
        monkeypatch.setattr(bench, name, 60)
    monkeypatch.setattr(bench, "ROUNDS", 1)
    monkeypatch.setattr(bench, "LATER_PAGES", 2)
    monkeypatch.setattr("trials.inquiries.inbox_views.PER_PAGE", 12)
    settings.ALLOWED_HOSTS = ["*"]
    make_home_page()
    lead, coordinator = make_user(LEADS, email=LEAD), make_user(COORDINATORS, email=COORDINATOR)
    trial = make_trial()
    make_trial()
    join_team(trial=trial, user=coordinator, role="coordinator", actor=lead)
    bench.make_patterns()
    bench.fill(720)
    return {LEAD: lead, COORDINATOR: coordinator}


def test_inbox__is_filled_and_each_list_stays_within_its_queries(filled):
    assert Inquiry.objects.count() == Submission.objects.count() == 720
    for email, query in bench.CASES:
        for _who, _query, page, rows, queries, *_times in bench.measure(filled[email], query):
            case = (email, query, page, queries)
            assert 0 < rows <= 12, case
            # The choices of the filters, and what a narrow filter finds further on.
            filters = 2 if "filters" in query else 0
            assert 0 < queries <= MOST_QUERIES + filters, case


@pytest.fixture(scope="module")
def intake(django_db_setup, django_db_blocker, tmp_path_factory):
    """The public door behind a proxy, on a database of its own; yields its port."""
    with copied_database(django_db_blocker, "intake") as name, django_db_blocker.unblock():
        make_home_page()
        environment = manage_environment(name, "public") | {"TRUSTED_PROXIES": "1"}
        port = two_free_ports()
        with served(port, environment):
            yield port


def test_intake__accepts_every_form_as_a_persons_own(intake):
    before = bench_intake._rows()
    sendings = bench_intake.send(intake, a_second=4, seconds=3)
    found = bench_intake.tally(sendings, before)
    assert found.pop("in quarantine in the database") == 0
    assert set(found.values()) == {12}
    assert all(sending.form_ms > 0 and sending.page_ms > 0 for sending in sendings)


def test_intake__says_which_forms_nobody_answered(intake):
    before = bench_intake._rows()
    nobody = two_free_ports()
    found = bench_intake.tally(bench_intake.send(nobody, a_second=2, seconds=1), before)
    assert found["senders"] == found["form answered 0"] == 2
    assert found["accepted, each with its own link"] == 0
