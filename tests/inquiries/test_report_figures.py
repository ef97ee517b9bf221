"""The numbers behind the reports: what counts, and times by the clinic's own clock."""

import random
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from clinic.models import AuditEvent
from clinic.roles import COORDINATORS, LEADS
from clinic.site_facts import clinic_settings
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import make_inquiry, make_trial
from tests.inquiries.report_rows import DAY, at_step, row, rows, save
from trials.inquiries import services
from trials.inquiries.enums import Channel, Closing, InquiryState, Outcome, QuarantineReason
from trials.inquiries.models import Inquiry, Pause, ReplyFigures
from trials.inquiries.promise import waiting, working_hours
from trials.inquiries.reports.facts import facts
from trials.inquiries.reports.figures import figures
from trials.inquiries.services.figures import measure_replies

pytestmark = pytest.mark.django_db
S = InquiryState


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


def of(inquiries=None, days=90, by_week=True):
    now = timezone.now()
    if inquiries is None:
        inquiries = Inquiry.objects.all()
    return figures(known(inquiries, now, days), inquiries, by_week=by_week)


def known(inquiries, now, days=90):
    return facts(inquiries, working_hours(clinic_settings()), now - days * DAY, now)


def numbers(found, dimension):
    return {group.key: group.received for group in found.groups.get(dimension, [])}


def test_times__are_those_of_the_clinics_clock():
    """Any receipt, attempt and pauses give the waiting time that the inbox shows."""
    chance, now = random.Random(5), timezone.now()
    made = []
    for _ in range(150):
        received = now - timedelta(minutes=chance.randrange(10, 80 * 24 * 60))
        tried = received + timedelta(minutes=chance.randrange(0, 9 * 24 * 60))
        made += rows(
            1,
            received_at=received,
            reply_due_at=received + DAY,
            first_attempt_at=tried if tried < now else None,
            state=S.ATTEMPTING,
        )
    save(*made)
    for inquiry in made[::2]:
        until = inquiry.first_attempt_at or now
        for reason in ("contact_unusable", "asked_to_stop")[: chance.randrange(3)]:
            start = inquiry.received_at + chance.random() * (until - inquiry.received_at)
            end = start + timedelta(minutes=chance.randrange(3 * 24 * 60))
            ends_at = end if end < now else None
            Pause.objects.create(inquiry=inquiry, reason=reason, started_at=start, ended_at=ends_at)
    statement = known(Inquiry.objects.all(), now)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement.sql} SELECT id, tried_seconds FROM facts", statement.parameters)
        found = dict(cursor.fetchall())
    hours = working_hours(clinic_settings())
    tried = Inquiry.objects.exclude(first_attempt_at=None).prefetch_related("pauses")
    assert len(tried) > 100
    for inquiry in tried:
        expected = waiting(inquiry, hours, now).worked.total_seconds()
        assert float(found[inquiry.pk]) == pytest.approx(expected, abs=0.01), inquiry.pk
    assert all(found[one.pk] is None for one in made if one.first_attempt_at is None)


def test_funnel__counts_who_came_so_far_or_further():
    save(*rows(3), *at_step("tried", 2), *at_step("booked", 2), *at_step("enrolled"))
    whole = of().whole
    assert whole.received == 8
    assert whole.steps == (5, 5, 3, 3, 3, 1)


def test_funnel__a_step_that_was_not_written_down_counts_with_the_next():
    save(*rows(2, state=S.IN_CONVERSATION, reached_at=timezone.now()))
    assert of().whole.steps == (2, 2, 2, 0, 0, 0)


def test_left_out__are_quarantine_spam_and_what_goes_on_elsewhere():
    kept, merged = save(row(), row())
    Inquiry.objects.filter(pk=merged.pk).update(
        state=S.DUPLICATE,
        closing=Closing.OTHER_INQUIRY,
        closed_at=timezone.now(),
        merged_into=kept,
        visit_booked_at=timezone.now(),
    )
    save(
        *rows(2, state=S.SPAM, closing=Closing.NOT_A_PERSON),
        *rows(3, is_quarantined=True, quarantine_reasons=[QuarantineReason.TOO_FAST]),
    )
    found = of()
    assert found.whole.received == 1
    assert found.left_out == {"quarantine": 3, "spam": 2, "duplicate": 1}
    # What the merged one came to is true of the person.
    assert found.whole.steps[4] == 1


def test_groups():
    trial, other = make_trial(), make_trial()
    save(*rows(2, language="es", needs_interpreter=True), trial=trial)
    both = save(*rows(3, source="phone"), trial=trial)
    other.inquiries.set(both)
    found = of()
    assert numbers(found, "language") == {"en": 3, "es": 2}
    assert numbers(found, "interpreter") == {"no": 3, "yes": 2}
    assert numbers(found, "source") == {"phone": 3, "web": 2}
    assert numbers(found, "origin") == {"help": 5}
    assert numbers(found, "state") == {"new": 5}
    assert numbers(found, "trial") == {trial.nct_id: 5, other.nct_id: 3}
    assert sum(numbers(found, "period").values()) == 5


def test_waits__count_who_still_waits_as_the_longest():
    received = timezone.now() - 20 * DAY
    save(
        *at_step("tried", 4, received),
        *rows(6, received_at=received),
        # Ended before anybody tried: not measured.
        *rows(5, received_at=received, state=S.WITHDRAWN, closing=Closing.BY_SENDER),
    )
    wait = of().whole.wait
    assert wait.number == 10
    assert wait.seconds == (None, None, None)
    Inquiry.objects.filter(state=S.NEW).delete()
    assert None not in of().whole.wait.seconds


def test_promise__is_counted_as_the_public_figures_count_it():
    received = timezone.now() - 20 * DAY
    save(
        *at_step("tried", 15, received),
        *rows(5, received_at=received),
        *rows(7, received_at=received, source="phone"),
        *rows(3, received_at=received, state=S.WITHDRAWN, closing=Closing.BY_SENDER),
        *rows(2, received_at=received, state=S.NOT_ELIGIBLE, closing=Closing.MESSAGE),
        *rows(4, received_at=received, clock_paused_at=received),
    )
    measure_replies()
    whole = of().whole
    assert (whole.due, whole.kept) == (22, 15)
    public = ReplyFigures.objects.get()
    assert public.kept_percent == 15 * 100 // 22


def test_erased__count_on_without_what_was_erased():
    inquiry = make_inquiry(language="es", answers={"needs_interpreter": True})
    assert numbers(of(), "interpreter") == {"yes": 1}
    services.erase(inquiry_id=inquiry.pk, why="retention")
    found = of()
    assert (found.whole.received, numbers(found, "language")) == (1, {"es": 1})
    assert numbers(found, "interpreter") == {"unknown": 1}


def test_steps__are_noted_by_the_work_itself():
    lead = make_user(LEADS)
    inquiry = make_inquiry()
    at = inquiry.received_at
    services.record_attempt(
        inquiry_id=inquiry.pk,
        channel=Channel.PHONE,
        outcome=Outcome.SPOKE,
        at=at,
        actor=lead,
        version=inquiry.version,
    )

    def go(state):
        version = Inquiry.objects.get().version
        services.change_state(inquiry_id=inquiry.pk, state=state, actor=lead, version=version)
        return Inquiry.objects.get()

    assert Inquiry.objects.get().reached_at == at
    booked = go(S.VISIT_BOOKED)
    assert booked.pre_screened_at and booked.visit_booked_at and not booked.enrolled_at
    enrolled = go(S.ENROLLED)
    assert enrolled.enrolled_at and enrolled.visit_booked_at == booked.visit_booked_at
    # The way back is for mistakes.
    assert go(S.VISIT_BOOKED).enrolled_at is None


def test_steps__of_older_inquiries_are_found_in_the_audit():
    lead, inquiry = make_user(LEADS), make_inquiry()
    services.record_attempt(
        inquiry_id=inquiry.pk,
        channel=Channel.PHONE,
        outcome=Outcome.SPOKE,
        at=inquiry.received_at,
        actor=lead,
        version=inquiry.version,
    )
    inquiry.refresh_from_db()
    services.change_state(
        inquiry_id=inquiry.pk, state=S.VISIT_BOOKED, actor=lead, version=inquiry.version
    )
    noted = Inquiry.objects.get()
    Inquiry.objects.update(reached_at=None, visit_booked_at=None)
    migration = import_module("trials.inquiries.migrations.0007_reports")
    with connection.schema_editor() as editor:
        migration.find_steps(apps, editor)
    found = Inquiry.objects.get()
    assert found.reached_at == noted.reached_at
    assert abs(found.visit_booked_at - noted.visit_booked_at) < timedelta(seconds=5)
    assert found.enrolled_at is None


def test_numbers__of_a_coordinator_are_those_of_their_own(django_assert_num_queries):
    trial = make_trial()
    save(*rows(3), trial=trial)
    coordinator = make_user(COORDINATORS)
    services.join_team(trial=trial, user=coordinator, role="coordinator", actor=coordinator)
    save(*rows(4))
    assert of(Inquiry.objects.visible_to(coordinator)).whole.received == 3
    assert of(Inquiry.objects.visible_to(make_user(LEADS))).whole.received == 7
    statement = known(Inquiry.objects.all(), timezone.now())
    with django_assert_num_queries(6):  # three of them begin, set up and end the transaction
        figures(statement, Inquiry.objects.all(), by_week=False)
    assert AuditEvent.objects.filter(action__startswith="inquiry.opened").count() == 0


def test_nothing_at_all():
    found = of()
    assert (found.whole.received, found.groups) == (0, {})
    assert found.times["enrolled"].seconds == (None, None, None)
