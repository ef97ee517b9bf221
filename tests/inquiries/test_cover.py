"""While a coordinator is away: what the deputy sees and gets, for how long, and the audit."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.models import Absence, AuditEvent, OutboxMessage
from clinic.roles import COORDINATORS, EDITORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import make_inquiry, make_member, make_trial
from trials.inquiries.desk_mails import due_for
from trials.inquiries.enums import Channel, Outcome
from trials.inquiries.mails import build_nudge
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import possible_assignees
from trials.inquiries.services import RefusedError, assign, open_inquiry, record_attempt

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial():
    return make_trial()


@pytest.fixture
def away(trial):
    return make_member(trial, COORDINATORS)


@pytest.fixture
def deputy():
    return make_user(COORDINATORS)


@pytest.fixture
def inquiry(trial):
    return make_inquiry(trial=trial)


def cover(away, deputy, first=0, last=3, **fields):
    today = timezone.localdate()
    return Absence.objects.create(
        user=away,
        deputy=deputy,
        first_day=today + timedelta(days=first),
        last_day=today + timedelta(days=last),
        **fields,
    )


def again(user):
    """Return the user as a new request finds them."""
    return type(user).objects.get(pk=user.pk)


def sees(user, inquiry):
    return Inquiry.objects.visible_to(again(user)).filter(pk=inquiry.pk).exists()


def test_deputy__sees_what_is_assigned_and_what_the_teams_have(away, deputy, inquiry):
    general, foreign = make_inquiry(), make_inquiry(trial=make_trial())
    Inquiry.objects.filter(pk=general.pk).update(assignee=away)
    assert not sees(deputy, inquiry)
    cover(away, deputy)
    assert sees(deputy, inquiry) and sees(deputy, general) and not sees(deputy, foreign)
    assert set(Inquiry.objects.queue_of(again(deputy))) == {inquiry, general}


@pytest.mark.parametrize("days", [(1, 5), (-5, -1)])
def test_deputy__sees_nothing_before_and_after(away, deputy, inquiry, days):
    cover(away, deputy, *days)
    assert not sees(deputy, inquiry)


def test_deputy__sees_nothing_when_it_was_ended(away, deputy, inquiry):
    cover(away, deputy, ended_at=timezone.now())
    assert not sees(deputy, inquiry)


def test_cover__gives_nothing_to_those_without_an_inbox(away, inquiry):
    editor = make_user(EDITORS)
    cover(away, editor)
    assert not sees(editor, inquiry)


def test_cover__of_somebody_who_lost_the_role_gives_nothing(trial, deputy, inquiry):
    former = make_member(trial, EDITORS)
    cover(former, deputy)
    assert not sees(deputy, inquiry)


def test_deputies_of_deputies__are_not_followed(away, deputy, inquiry):
    third = make_user(COORDINATORS)
    cover(away, deputy)
    cover(deputy, third)
    assert not sees(third, inquiry)


def test_audit__says_for_whom_somebody_stood_in(away, deputy, inquiry):
    cover(away, deputy)
    deputy = again(deputy)
    open_inquiry(inquiry_id=inquiry.pk, actor=deputy, request=None)
    record_attempt(
        inquiry_id=inquiry.pk,
        channel=Channel.PHONE,
        outcome=Outcome.NO_ANSWER,
        at=timezone.now(),
        actor=deputy,
        version=0,
    )
    for action in ("inquiry.opened", "inquiry.attempted"):
        assert AuditEvent.objects.get(action=action).data["covering"] == [away.pk], action


def test_audit__of_ones_own_inquiry_names_nobody(trial, away, inquiry):
    colleague = make_member(trial, COORDINATORS)
    cover(away, colleague)
    open_inquiry(inquiry_id=inquiry.pk, actor=again(colleague), request=None)
    assert AuditEvent.objects.get(action="inquiry.opened").data == {}


def test_work_of_a_deputy__belongs_to_the_person_who_is_away(away, deputy, inquiry):
    absence = cover(away, deputy)
    deputy = again(deputy)
    record_attempt(
        inquiry_id=inquiry.pk,
        channel=Channel.PHONE,
        outcome=Outcome.NO_ANSWER,
        at=timezone.now(),
        actor=deputy,
        version=0,
    )
    assert Inquiry.objects.get().assignee == away
    assert deputy not in possible_assignees(inquiry, deputy)
    with pytest.raises(RefusedError):
        assign(inquiry_id=inquiry.pk, assignee=deputy, actor=deputy, version=1)
    absence.delete()
    assert not sees(deputy, inquiry)


def test_mail__goes_to_the_deputy_too(away, deputy, inquiry):
    inactive = make_user(COORDINATORS, is_active=False)
    cover(away, deputy)
    cover(away, inactive)
    message = OutboxMessage.objects.get(template="inquiry_nudge")
    assert set(build_nudge(message).to) == {away.email, deputy.email}
    Inquiry.objects.update(assignee=away, next_action_on=timezone.localdate())
    assert list(due_for(again(deputy))) == [inquiry]


def test_pages__say_it(client, away, deputy, inquiry):
    make_home_page()
    cover(away, deputy)
    client.force_login(deputy)
    assert "Today you stand in for" in client.get("/admin/inquiries/").content.decode()
    page = client.get(f"/admin/inquiries/{inquiry.pk}/").content.decode()
    assert "because you stand in for" in page
    client.force_login(make_user(LEADS))
    told = client.get(f"/admin/inquiries/{inquiry.pk}/").content.decode()
    assert f"{deputy.email}, standing in for {away.email}" in told
