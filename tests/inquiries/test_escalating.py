"""Overdue inquiries go up: when, to whom, once, and also after a restart."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinic.models import Absence, AuditEvent, ClinicSettings, OutboxMessage
from clinic.outbox import send_next
from clinic.roles import ADMINISTRATORS, COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_member, make_trial
from trials.inquiries import services
from trials.inquiries.clock import WorkingHours, due_after, working_time
from trials.inquiries.enums import Channel, Outcome
from trials.inquiries.models import Escalation, Inquiry
from trials.inquiries.overdue import level_due
from trials.inquiries.services.adopting import NobodyError
from trials.inquiries.services.escalating import time_until_escalation
from trials.inquiries.timeline import timeline

TEMPLATE = "inquiries_escalated"
HOURS = WorkingHours(
    days=dict.fromkeys(range(5), (time(8, 30), time(17))),
    zone=ZoneInfo("America/Los_Angeles"),
    holidays=frozenset({date(2026, 12, 25), date(2027, 1, 1)}),
)
moments = st.datetimes(
    datetime(2026, 10, 1), datetime(2027, 4, 1), timezones=st.just(UTC)
)  # over both changes of the clocks
spans = st.timedeltas(timedelta(minutes=1), timedelta(hours=60))


class TestLevel:
    @given(moments, moments, spans)
    def test_is_what_the_working_time_holds(self, due, now, after):
        level = level_due(HOURS, due, now, after)
        worked = working_time(HOURS, due, now) if now > due else timedelta()
        assert level == (0 if worked < after else 1 if worked < 2 * after else 2)

    @given(moments, spans)
    def test_comes_at_the_very_moment(self, due, after):
        first = due_after(HOURS, due, after)
        second = due_after(HOURS, due, 2 * after)
        tick = timedelta(microseconds=1)
        levels = [
            level_due(HOURS, due, moment, after)
            for moment in (due, first - tick, first, second - tick, second)
        ]
        assert levels == [0, 0, 1, 1, 2]

    @given(moments, moments, moments, spans)
    def test_never_falls(self, due, one, other, after):
        earlier, later = sorted((one, other))
        assert level_due(HOURS, due, earlier, after) <= level_due(HOURS, due, later, after)

    @given(moments, moments, spans)
    def test_does_not_come_over_a_weekend(self, due, now, after):
        level = level_due(HOURS, due, now, after)
        if not HOURS.is_working_day(now.astimezone(HOURS.zone).date()):
            day = now.astimezone(HOURS.zone).date() - timedelta(days=1)
            while not HOURS.is_working_day(day):
                day -= timedelta(days=1)
            assert level == level_due(HOURS, due, min(now, HOURS.closing(day)), after)

    def test_needs_some_time(self):
        with pytest.raises(ValueError):
            level_due(HOURS, timezone.now(), timezone.now(), timedelta())


@pytest.fixture
def site(db):
    make_home_page()


@pytest.fixture
def lead(site):
    return make_user(LEADS)


@pytest.fixture
def fallback(lead):
    """A coordinator on no team whom the settings name."""
    user = make_user(COORDINATORS)
    named(user)
    return user


@pytest.fixture
def inquiry(site):
    """An inquiry about a trial with a team; nobody answers it."""
    trial = make_trial()
    make_member(trial, COORDINATORS)
    return make_inquiry(trial=trial)


def named(user, **fields):
    from wagtail.models import Site

    site = Site.objects.get(is_default_site=True)
    ClinicSettings.objects.update_or_create(
        site=site, defaults={"fallback_person": user, "escalate_after_hours": 4, **fields}
    )


def later(inquiry, hours):
    """Return a moment so many working hours after the reply was due."""
    clinic = ClinicSettings.of_default_site()
    from trials.inquiries.promise import working_hours

    return due_after(working_hours(clinic), inquiry.reply_due_at, timedelta(hours=hours))


def rows():
    return list(Escalation.objects.order_by("level").values_list("level", "to"))


def mails(inquiry):
    """Send what was queued as if the inquiry were overdue now; return the receivers."""
    Inquiry.objects.filter(pk=inquiry.pk).update(
        received_at=timezone.now() - timedelta(days=9),
        reply_due_at=timezone.now() - timedelta(days=8),
    )
    OutboxMessage.objects.filter(template=TEMPLATE).update(next_attempt_at=timezone.now())
    mail.outbox.clear()
    while send_next():
        pass
    return [message for message in mail.outbox if message.subject == "Inquiries wait for too long"]


@pytest.mark.django_db
class TestEscalating:
    def test_named_person__gets_a_mail_without_a_name_and_then_all_leads(
        self, inquiry, fallback, lead, as_role
    ):
        with as_role("worker"):
            counts = [
                services.escalate_overdue(later(inquiry, hours)) for hours in (1, 3.9, 4, 5, 8, 30)
            ]
        assert counts == [0, 0, 1, 0, 1, 0]
        assert rows() == [(1, fallback.pk), (2, None)]
        sent = mails(inquiry)
        assert sorted(message.to[0] for message in sent) == sorted([fallback.email, lead.email])
        for message in sent:
            assert inquiry.reference in message.body and "show=passed_up" in message.body
            text = message.subject + message.body
            assert not [value for value in PLANTED.values() if value in text]

    def test_named_person__sees_the_inquiry_while_it_is_open_and_nobody_else_does(
        self, inquiry, fallback, client
    ):
        stranger = make_user(COORDINATORS)
        assert not Inquiry.objects.visible_to(fallback).exists()
        services.escalate_overdue(later(inquiry, 4))
        mails(inquiry)
        assert Inquiry.objects.visible_to(fallback).get() == inquiry
        assert not Inquiry.objects.visible_to(stranger).exists()
        client.force_login(fallback)
        for part in ("passed_up", "queue"):
            assert inquiry.reference in client.get(f"{reverse('inbox:index')}?show={part}").text
        assert client.get(reverse("inbox:inquiry", args=[inquiry.pk])).status_code == 200
        Inquiry.objects.filter(pk=inquiry.pk).update(
            state="withdrawn", closing="told", closed_at=timezone.now()
        )
        assert not Inquiry.objects.visible_to(fallback).exists()

    def test_first_attempt__ends_it(self, inquiry, fallback, client):
        services.escalate_overdue(later(inquiry, 4))
        mails(inquiry)
        inquiry.refresh_from_db()
        services.record_attempt(
            inquiry_id=inquiry.pk,
            channel=Channel.PHONE,
            outcome=Outcome.NO_ANSWER,
            at=timezone.now(),
            actor=fallback,
            version=inquiry.version,
        )
        assert not Inquiry.objects.passed_up(timezone.now()).exists()
        assert services.escalate_overdue(later(inquiry, 100)) == 0

    @pytest.mark.parametrize("why", ["away", "deactivated", "no inbox", "nobody"])
    def test_without_the_named_person__the_leads_are_told(self, inquiry, fallback, lead, why):
        moment = later(inquiry, 4)
        if why == "away":
            day = timezone.localdate(moment)
            Absence.objects.create(
                user=fallback, deputy=make_user(COORDINATORS), first_day=day, last_day=day
            )
        elif why == "deactivated":
            type(fallback).objects.filter(pk=fallback.pk).update(is_active=False)
        elif why == "no inbox":
            named(make_user(ADMINISTRATORS))
        else:
            named(None)
        services.escalate_overdue(moment)
        assert rows() == [(1, None)]
        assert [message.to for message in mails(inquiry)] == [[lead.email]]

    def test_with_nobody_at_all__the_job_fails_and_goes_on_later(self, inquiry):
        named(None)
        with pytest.raises(NobodyError):
            services.escalate_overdue(later(inquiry, 4))
        assert rows() == []
        make_user(LEADS)
        assert services.escalate_overdue(later(inquiry, 4)) == 1

    def test_killed_between_the_row_and_the_mail__the_next_run_does_both(
        self, inquiry, fallback, monkeypatch
    ):
        def killed(*_arguments):
            raise KeyboardInterrupt

        with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
            broken.setattr("trials.inquiries.services.escalating._tell", killed)
            services.escalate_overdue(later(inquiry, 4))
        assert rows() == []
        assert services.escalate_overdue(later(inquiry, 4)) == 1
        assert OutboxMessage.objects.filter(template=TEMPLATE).count() == 1

    def test_worker_that_was_down_for_long__goes_to_the_top_at_once(self, inquiry, fallback, lead):
        assert services.escalate_overdue(later(inquiry, 40)) == 1
        assert rows() == [(2, None)]

    def test_clock_that_stands_still__goes_nowhere(self, inquiry, fallback):
        member = inquiry.trials.get().team.get().user
        services.ask_for_contact(inquiry_id=inquiry.pk, actor=member, version=0)
        assert services.escalate_overdue(later(inquiry, 40)) == 0

    def test_flood__is_one_mail_at_once_and_one_an_hour(self, inquiry, fallback):
        for _number in range(4):
            make_inquiry(trial=inquiry.trials.get())
        Inquiry.objects.update(reply_due_at=inquiry.reply_due_at)
        assert services.escalate_overdue(later(inquiry, 4)) == 5
        assert OutboxMessage.objects.filter(template=TEMPLATE).count() == 2

    def test_without_a_number__it_is_as_long_as_the_promise(self, inquiry, fallback):
        named(fallback, escalate_after_hours=None, reply_target_days=2)
        assert time_until_escalation(ClinicSettings.of_default_site()) == timedelta(hours=17)

    def test_timeline_and_audit__say_so(self, inquiry, fallback, lead):
        for hours in (4, 8):
            services.escalate_overdue(later(inquiry, hours))
        opened = services.open_inquiry(inquiry_id=inquiry.pk, actor=lead, request=None)
        titles = [entry.title for entry in timeline(opened, lead)]
        assert f"Overdue for too long: passed up to {fallback.email}" in titles
        assert "Overdue for too long: passed up to the leads" in titles
        events = AuditEvent.objects.filter(action="inquiry.escalated").order_by("at")
        assert [event.data["level"] for event in events] == [1, 2]

    def test_mail__is_not_sent_once_somebody_answered(self, inquiry, fallback):
        services.escalate_overdue(later(inquiry, 4))
        Inquiry.objects.update(first_attempt_at=timezone.now())
        assert mails(inquiry) == []

    def test_deputy_of_the_named_person__sees_it_too(self, inquiry, fallback):
        services.escalate_overdue(later(inquiry, 4))
        deputy, today = make_user(COORDINATORS), timezone.localdate()
        Absence.objects.create(user=fallback, deputy=deputy, first_day=today, last_day=today)
        assert Inquiry.objects.visible_to(deputy).get() == inquiry
        opened = services.open_inquiry(inquiry_id=inquiry.pk, actor=deputy, request=None)
        assert opened.inquiry == inquiry
        event = AuditEvent.objects.filter(action="inquiry.opened").latest("at")
        assert event.data["covering"] == [fallback.pk]
