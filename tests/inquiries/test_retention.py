"""Retention: what is erased by the passing of time, and all that never is."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.utils import timezone

from clinic.attention import late_jobs
from clinic.jobs import all_jobs
from clinic.models import AuditEvent, JobRun, OutboxMessage
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.ended import YEARS, fresh, make_ended, step, waits
from tests.inquiries.factories import PLANTED, make_inquiry
from tests.inquiries.test_applying import asked
from trials.inquiries import services
from trials.inquiries.enums import CLOSINGS, Closing, InquiryState, QuarantineReason
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import Inquiry, LookupToken, Submission
from trials.inquiries.retention_enums import HoldReason, Obstacle
from trials.inquiries.retention_rules import AFTER_PRE_SCREEN, DEFAULTS, rule_for, rules
from trials.inquiries.sender_enums import RequestKind
from trials.inquiries.services import retaining

pytestmark = pytest.mark.django_db
S = InquiryState


@pytest.fixture
def lead(db):
    make_home_page()
    return make_user(LEADS)


@pytest.fixture
def retain(as_role):
    """Let the worker apply the rules, as it may."""

    def run(now=None, **more):
        with as_role("worker"):
            return services.apply_retention(now, **more)

    return run


def obstacles():
    found = {}
    for line in services.preview():
        found |= line.obstacles
    return set(found)


def test_a_job_that_does_not_run__is_alarmed_after_two_days():
    now, name = timezone.now(), "inquiries.apply_retention"
    for job in all_jobs():
        JobRun.objects.create(name=job.name, started_at=now, succeeded=True)
    runs = JobRun.objects.filter(name=name)
    runs.update(started_at=now - timedelta(hours=47), finished_at=now - timedelta(hours=47))
    assert late_jobs(now) == []
    runs.update(started_at=now - timedelta(hours=49), finished_at=now - timedelta(hours=49))
    assert [late.name for late in late_jobs(now)] == [name]


def test_what_is_over__is_erased_but_for_its_tombstone(lead, retain):
    inquiry = make_ended(lead)
    index_submissions()
    assert retain() == {S.NOT_INTERESTED: 1}
    stone = fresh(inquiry)
    assert stone.erased_at and stone.state == S.NOT_INTERESTED
    assert not Submission.objects.exists() and not LookupToken.objects.exists()
    event = AuditEvent.objects.get(action="inquiry.erased")
    assert event.data == {"why": "retention", "rule": "not_interested", "rows": 1}
    assert (event.object_id, event.actor_id) == (str(inquiry.pk), None)
    assert retain() == {}


@pytest.mark.parametrize("key", DEFAULTS)
def test_each_rule__waits_for_its_months_and_one_day_more(lead, key):
    months = DEFAULTS[key].months
    rule = rule_for(key)
    state = S.NOT_ELIGIBLE if key == AFTER_PRE_SCREEN else key
    closed = timezone.now()
    inquiry = make_ended(lead, state=S.SPAM, closing=Closing.NOT_A_PERSON, ago=timedelta())
    reason = "age" if state in (S.NOT_ELIGIBLE, S.SCREEN_FAILED) else ""
    reason = {S.NOT_INTERESTED: "costs", S.REFERRED_ON: "support"}.get(state, reason)
    Inquiry.objects.filter(pk=inquiry.pk).update(
        state=state,
        closing=Closing.TOLD if Closing.TOLD in CLOSINGS[state] else CLOSINGS[state][0],
        end_reason=reason,
        closed_at=closed,
        pre_screened_at=closed if key in (AFTER_PRE_SCREEN, S.SCREEN_FAILED) else None,
    )
    if months is None:
        assert not rule.due(closed + timedelta(days=36500)).exists()
        return
    over = closed + timedelta(days=31 * months)
    assert [one.pk for one in rule.due(over)] == [inquiry.pk]
    assert not rule.due(closed + timedelta(days=28 * months - 1)).exists()
    assert sum(other.due(over).count() for other in rules()) == 1


def test_the_pre_screen__makes_it_stay_for_longer(lead, retain):
    two_years = timedelta(days=730)
    inquiry = make_ended(lead, ago=two_years)
    Inquiry.objects.update(pre_screened_at=inquiry.closed_at)
    assert retain() == {}
    assert retain(timezone.now() + two_years) == {AFTER_PRE_SCREEN: 1}


class TestNeverErased:
    def refused(self, retain, obstacle=None):
        assert retain() == {}
        assert not Inquiry.objects.exclude(erased_at=None).exists()
        assert obstacles() == ({obstacle} if obstacle else set())

    def test_what_nobody_has_read(self, lead, retain):
        make_ended(lead, is_read=False)
        self.refused(retain, Obstacle.UNREAD)

    def test_what_was_corrected_after_the_last_look(self, lead, retain):
        inquiry = make_ended(lead)
        make_inquiry(inquiry_id=inquiry.pk, answers={"phone": "415 555 0143"})
        self.refused(retain, Obstacle.UNREAD)
        services.open_inquiry(inquiry_id=inquiry.pk, actor=lead, request=None)
        assert retain() == {S.NOT_INTERESTED: 1}

    def test_what_was_only_seen_in_the_list(self, lead, retain, client):
        make_ended(lead, is_read=False)
        client.force_login(lead)
        assert PLANTED["name"] in client.get("/admin/inquiries/?show=closed").text
        self.refused(retain, Obstacle.UNREAD)

    def test_a_note_of_the_sender_that_nobody_read(self, lead, retain):
        inquiry = make_ended(lead)
        asked(inquiry, RequestKind.NOTE, answers={"message": "One more thing"})
        self.refused(retain, Obstacle.REQUEST)  # not even the worker took notice
        services.work_off_requests()
        OutboxMessage.objects.update(sent_at=timezone.now())
        self.refused(retain, Obstacle.UNREAD)
        services.open_inquiry(inquiry_id=inquiry.pk, actor=lead, request=None)
        assert retain() == {S.NOT_INTERESTED: 1}

    def test_what_the_sender_waits_for(self, lead, retain):
        inquiry = make_ended(lead)
        asked(inquiry, RequestKind.CONTACT, answers={"phone": "415 555 0150"})
        services.work_off_requests()
        assert Obstacle.REQUEST in obstacles()
        assert retain() == {}

    def test_what_has_no_end(self, lead, retain):
        inquiry = make_inquiry()
        step(inquiry, lead, S.IN_CONVERSATION)
        Inquiry.objects.update(received_at=timezone.now() - YEARS)
        self.refused(retain)

    def test_who_enrolled(self, lead, retain):
        inquiry = make_inquiry()
        for state in (S.IN_CONVERSATION, S.VISIT_BOOKED, S.ENROLLED):
            step(inquiry, lead, state)
        Inquiry.objects.update(received_at=timezone.now() - YEARS)
        self.refused(retain)

    def test_a_closing_message_that_came_back(self, lead, retain):
        inquiry = make_ended(lead, closing=Closing.MESSAGE)
        OutboxMessage.objects.update(sent_at=timezone.now())
        Inquiry.objects.filter(pk=inquiry.pk).update(not_told_at=timezone.now())
        self.refused(retain, Obstacle.MESSAGE)

    @pytest.mark.parametrize("fate", ["waits", "given up", "cancelled"])
    def test_an_undelivered_closing_message(self, lead, retain, fate):
        inquiry = make_ended(lead, closing=Closing.MESSAGE)
        waits(inquiry)
        now = timezone.now()
        changed = {"waits": {}, "given up": {"dead_at": now}, "cancelled": {"cancelled_at": now}}
        messages = OutboxMessage.objects.for_subject("inquiry", inquiry.pk)
        messages.filter(template="inquiry_closed").update(**changed[fate])
        messages.exclude(template="inquiry_closed").update(sent_at=now - 2 * YEARS)
        self.refused(retain, Obstacle.MESSAGE)
        messages.update(sent_at=now, dead_at=None, cancelled_at=None)
        assert retain() == {S.NOT_INTERESTED: 1}

    def test_any_other_message_to_the_sender_that_waits(self, lead, retain):
        waits(make_ended(lead))
        self.refused(retain, Obstacle.MESSAGE)

    def test_what_is_on_hold(self, lead, retain):
        inquiry = make_ended(lead)
        hold = services.place_hold(inquiry_id=inquiry.pk, reason=HoldReason.LEGAL_CLAIM, actor=lead)
        self.refused(retain, Obstacle.HOLD)
        services.lift_hold(hold_id=hold.pk, actor=lead)
        assert retain() == {S.NOT_INTERESTED: 1}

    def test_what_is_postponed_to_a_day(self, lead, retain):
        inquiry = make_ended(lead)
        day = timezone.localdate() + timedelta(days=30)
        services.place_hold(
            inquiry_id=inquiry.pk, reason=HoldReason.POSTPONED, until=day, actor=lead
        )
        self.refused(retain, Obstacle.HOLD)
        assert retain(timezone.now() + timedelta(days=32)) == {S.NOT_INTERESTED: 1}

    def test_quarantine_that_nobody_decided(self, lead, retain):
        inquiry = make_ended(lead, quarantine_reasons=[QuarantineReason.HONEYPOT])
        assert inquiry.is_quarantined
        self.refused(retain, Obstacle.QUARANTINE)

    def test_but_spam_is_a_decision(self, lead, retain):
        make_ended(
            lead,
            state=S.SPAM,
            closing=Closing.NOT_A_PERSON,
            quarantine_reasons=[QuarantineReason.HONEYPOT],
        )
        assert retain() == {S.SPAM: 1}


class TestMerged:
    @pytest.fixture
    def both(self, lead):
        first, second = make_inquiry(), make_inquiry()
        services.open_inquiry(inquiry_id=first.pk, actor=lead, request=None)
        services.merge(
            kept_id=first.pk,
            kept_version=fresh(first).version,
            merged_id=second.pk,
            merged_version=fresh(second).version,
            actor=lead,
        )
        step(first, lead, S.IN_CONVERSATION)
        step(first, lead, S.NOT_INTERESTED, closing=Closing.TOLD, reason="costs")
        OutboxMessage.objects.update(sent_at=timezone.now())
        return first, second

    def age(self):
        Inquiry.objects.update(closed_at=timezone.now() - YEARS)

    def test_the_later_one_counts_as_read_by_a_look_after_the_merge(self, both, lead, retain):
        first, second = both
        assert retain(timezone.now() + YEARS) == {}
        assert fresh(second).first_opened_at is None
        services.open_inquiry(inquiry_id=first.pk, actor=lead, request=None)
        assert retain(timezone.now() + YEARS) == {S.NOT_INTERESTED: 1}
        assert fresh(first).erased_at and fresh(second).erased_at

    def test_a_hold_of_the_later_one_keeps_both(self, both, lead, retain):
        first, second = both
        services.open_inquiry(inquiry_id=first.pk, actor=lead, request=None)
        services.place_hold(inquiry_id=second.pk, reason=HoldReason.SAFETY, actor=lead)
        assert retain(timezone.now() + YEARS) == {}
        assert obstacles() == set()  # today its time is not over
        [line] = [
            line
            for line in services.preview(moment=timezone.now() + YEARS)
            if line.rule.key == S.NOT_INTERESTED
        ]
        assert line.obstacles == {Obstacle.HOLD: 1} and (line.free, line.kept) == (0, 1)

    def test_a_note_to_the_later_one_has_to_be_read_too(self, both, lead, retain):
        first, second = both
        services.open_inquiry(inquiry_id=first.pk, actor=lead, request=None)
        asked(second, RequestKind.NOTE, answers={"message": "One more thing"})
        services.work_off_requests()
        OutboxMessage.objects.update(sent_at=timezone.now())
        assert retain(timezone.now() + YEARS) == {}
        services.open_inquiry(inquiry_id=first.pk, actor=lead, request=None)
        assert retain(timezone.now() + YEARS) == {S.NOT_INTERESTED: 1}


class TestRuns:
    def test_one_that_fails_holds_up_no_other(self, lead, retain, monkeypatch):
        broken, fine = make_ended(lead), make_ended(lead)
        real = retaining.erase

        def erase(*, inquiry_id, **more):
            if inquiry_id == broken.pk:
                raise RuntimeError
            return real(inquiry_id=inquiry_id, **more)

        monkeypatch.setattr(retaining, "erase", erase)
        with pytest.raises(retaining.RetentionFailedError, match="1 inquiries could"):
            retain()
        assert fresh(fine).erased_at and not fresh(broken).erased_at

    def test_a_run_ends_after_so_many_and_the_next_goes_on(self, lead, retain, monkeypatch):
        monkeypatch.setattr(retaining, "BATCH", 2)
        for _ in range(5):
            make_ended(lead)
        assert retain(most=3) == {S.NOT_INTERESTED: 3}
        assert retain() == {S.NOT_INTERESTED: 2}

    def test_what_comes_in_between_list_and_lock_keeps_it(self, lead, retain, monkeypatch):
        inquiry, lock = make_ended(lead), retaining._lock

        def hold_first(chosen):
            services.place_hold(inquiry_id=inquiry.pk, reason=HoldReason.SAFETY, actor=lead)
            return lock(chosen)

        monkeypatch.setattr(retaining, "_lock", hold_first)
        assert services.apply_retention() == {S.NOT_INTERESTED: 0}
        assert fresh(inquiry).erased_at is None


class TestCommand:
    def run(self, *arguments):
        out = StringIO()
        call_command("apply_retention", *arguments, stdout=out)
        return out.getvalue()

    def test_dry_run__shows_numbers_and_erases_nothing(self, lead):
        inquiry = make_ended(lead)
        make_ended(lead, is_read=False)
        shown = self.run("--dry-run")
        assert "not_interested" in shown and fresh(inquiry).erased_at is None
        row = next(line for line in shown.splitlines() if line.startswith("not_interested"))
        assert row.split()[1:4] == ["12", "1", "1"] and "unread 1" in row
        assert inquiry.reference not in shown and PLANTED["name"] not in shown

    def test_erases_and_says_how_many(self, lead, as_role):
        inquiry = make_ended(lead)
        with as_role("worker"):
            assert "1" in self.run()
        assert fresh(inquiry).erased_at

    def test_looks_ahead(self, lead):
        make_ended(lead, ago=timedelta(days=350))
        for days, number in (("0", "0"), ("30", "1")):
            shown = self.run("--dry-run", "--days", days).splitlines()
            [row] = [line for line in shown if line.startswith("not_interested")]
            assert row.split() == ["not_interested", "12", number, "0"]


class TestRules:
    def test_a_shorter_time_counts_after_a_week_a_longer_one_at_once(self, lead):
        now = timezone.now()
        services.decide_rule(key=S.SPAM, months=6, why="Complaints", actor=lead)
        assert rule_for(S.SPAM).months == 6
        services.decide_rule(key=S.SPAM, months=2, why="Space", actor=lead)
        assert rule_for(S.SPAM).months == 6
        assert rule_for(S.SPAM).coming.months == 2
        assert rule_for(S.SPAM, now + timedelta(days=8)).months == 2
        assert [
            event.data["after"]
            for event in AuditEvent.objects.filter(action="retention.rule_decided").order_by("at")
        ] == [6, 2]

    def test_a_slip_is_put_right_before_it_counts(self, lead, retain):
        make_ended(lead, ago=timedelta(days=60))
        services.decide_rule(key=S.NOT_INTERESTED, months=1, why="A slip", actor=lead)
        services.decide_rule(key=S.NOT_INTERESTED, months=12, why="Put right", actor=lead)
        assert retain(timezone.now() + timedelta(days=10)) == {}

    def test_months_on_a_rule_that_keeps_are_a_shorter_time(self, lead):
        services.decide_rule(key=S.SCREEN_FAILED, months=120, why="Counsel", actor=lead)
        assert rule_for(S.SCREEN_FAILED).months is None

    def test_are_for_leads_and_administrators(self, lead):
        with pytest.raises(PermissionDenied):
            services.decide_rule(key=S.SPAM, months=2, why="x", actor=make_user(COORDINATORS))


class TestHolds:
    def test_are_for_leads(self, lead):
        inquiry = make_ended(lead)
        coordinator = make_user(COORDINATORS)
        Inquiry.objects.update(assignee=coordinator)
        with pytest.raises(services.RefusedError, match="Only a lead"):
            services.place_hold(inquiry_id=inquiry.pk, reason=HoldReason.SAFETY, actor=coordinator)

    def test_are_written_down_with_who_and_why(self, lead):
        inquiry = make_ended(lead)
        hold = services.place_hold(inquiry_id=inquiry.pk, reason=HoldReason.INSPECTION, actor=lead)
        services.lift_hold(hold_id=hold.pk, actor=lead)
        placed, lifted = AuditEvent.objects.filter(action__contains="hold_").order_by("at")
        assert placed.data == {"reason": "inspection", "until": ""}
        assert (lifted.action, lifted.actor) == ("inquiry.hold_lifted", lead)

    def test_a_legal_hold_stands_against_the_senders_wish(self, lead, as_role):
        inquiry = make_inquiry()
        services.place_hold(inquiry_id=inquiry.pk, reason=HoldReason.LEGAL_CLAIM, actor=lead)
        row = asked(inquiry, RequestKind.ERASE)
        with as_role("worker"):
            services.work_off_requests()
            services.work_off_requests(timezone.now() + timedelta(days=8))
        row.refresh_from_db()
        assert row.outcome == "for_decision" and Submission.objects.exists()
        with pytest.raises(services.RefusedError, match="on hold"):
            services.decide_erasure(
                inquiry_id=inquiry.pk,
                sender_request=row.pk,
                keep_reason="",
                actor=lead,
                version=fresh(inquiry).version,
            )

    def test_a_wish_to_look_later_gives_way_to_the_sender(self, lead, as_role):
        inquiry = make_inquiry()
        day = timezone.localdate() + timedelta(days=90)
        services.place_hold(
            inquiry_id=inquiry.pk, reason=HoldReason.POSTPONED, until=day, actor=lead
        )
        asked(inquiry, RequestKind.ERASE)
        with as_role("worker"):
            services.work_off_requests()
            services.work_off_requests(timezone.now() + timedelta(days=8))
        assert fresh(inquiry).erased_at
