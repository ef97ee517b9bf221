"""Reads of inquiries in the staff's words."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q

from trials.inquiries.enums import OPEN, Visibility
from trials.inquiries.permissions import (
    covered_ids,
    people_with_inbox,
    user_is_lead,
    user_may_open_in_emergency,
    user_may_use_inbox,
)

if TYPE_CHECKING:
    from clinic.models import User


def _of_the_trials_of(people: list[int]) -> "models.QuerySet[Any]":
    """Return the ids of the inquiries that name a trial on whose team one of the people is."""
    InquiryTrial = apps.get_model("inquiries", "InquiryTrial")
    return InquiryTrial.objects.filter(trial__team__user__in=people).values("inquiry")


def _passed_up_to(people: list[int]) -> "models.QuerySet[Any]":
    """Return the ids of the open inquiries that were passed up to one of the people."""
    Escalation = apps.get_model("inquiries", "Escalation")
    passed = Escalation.objects.filter(to__in=people, inquiry__state__in=OPEN)
    return passed.values("inquiry")


def _sender_requests() -> Any:
    return apps.get_model("inquiries", "SenderRequest").objects


class InquiryQuerySet(models.QuerySet[Any]):
    """Inquiries."""

    def visible_to(self, user: "User") -> "InquiryQuerySet":
        """Return what a user may see: leads everything, others their own and their trials'.

        And what was passed up to them while it is open, and the same of those for whom they stand
        in today.
        """
        if user_is_lead(user):
            return self.all()
        if not user_may_use_inbox(user):
            return self.none()
        people = [user.pk, *covered_ids(user)]
        inquiries = self.model.objects.filter(assignee__in=people).values("pk")
        # A union, because Postgres reads the whole table for an OR with a subquery.
        return self.filter(pk__in=inquiries.union(_of_the_trials_of(people), _passed_up_to(people)))

    def readable_by(self, user: "User") -> "InquiryQuerySet":
        """Return what a user may see, and what they opened in an emergency a short while ago."""
        Access = apps.get_model("inquiries", "EmergencyAccess")
        opened = Access.objects.running().filter(user=user, inquiry=OuterRef("pk"))
        if not user_may_open_in_emergency(user):
            return self.visible_to(user)
        visible = self.model.objects.visible_to(user).filter(pk=OuterRef("pk"))
        return self.filter(Exists(opened) | Exists(visible))

    def queue_of(self, user: "User") -> "InquiryQuerySet":
        """Return a user's work: what is assigned to them, and what nobody of their teams took.

        And the same of those for whom they stand in today. All of it is among what they may see,
        which is not asked once more: it doubles the time of the longest query of the inbox.
        """
        if not user_may_use_inbox(user):
            return self.none()
        people = [user.pk, *covered_ids(user)]
        to_do = Q(state__in=OPEN, closed_at__isnull=True) | Q(not_told_at__isnull=False)
        mine = self.model.objects.filter(to_do, assignee__in=people).values("pk")
        free = self.model.objects.filter(
            to_do, assignee__isnull=True, pk__in=_of_the_trials_of(people)
        ).values("pk")
        passed_up = self.model.objects.awaiting_attempt().filter(pk__in=_passed_up_to(people))
        return self.filter(pk__in=mine.union(free, passed_up.values("pk")))

    def open(self) -> "InquiryQuerySet":
        """Return the inquiries on which somebody still has to do something."""
        return self.filter(state__in=OPEN)

    def awaiting_attempt(self) -> "InquiryQuerySet":
        """Return the inquiries whose reply clock runs."""
        return self.open().filter(first_attempt_at__isnull=True, clock_paused_at__isnull=True)

    def overdue(self, now: datetime) -> "InquiryQuerySet":
        """Return the inquiries that nobody answered within the promise."""
        return self.awaiting_attempt().filter(closed_at__isnull=True, reply_due_at__lt=now)

    def passed_up(self, now: datetime) -> "InquiryQuerySet":
        """Return the overdue inquiries that waited so long that somebody above was told."""
        Escalation = apps.get_model("inquiries", "Escalation")
        return self.overdue(now).filter(Exists(Escalation.objects.filter(inquiry=OuterRef("pk"))))

    def quarantined(self) -> "InquiryQuerySet":
        """Return the inquiries that looked like spam on arrival and were not released."""
        return self.filter(is_quarantined=True)

    def about_closed_trials(self) -> "InquiryQuerySet":
        """Return the open inquiries that name a trial that takes nobody here any more."""
        InquiryTrial = apps.get_model("inquiries", "InquiryTrial")
        closed = InquiryTrial.objects.filter(inquiry=OuterRef("pk"), trial__our_site_open=False)
        return self.open().filter(Exists(closed))

    def urgent(self) -> "InquiryQuerySet":
        """Return the open inquiries with words of an emergency that nobody has dealt with."""
        return self.open().filter(closed_at__isnull=True, urgent_at__isnull=False)

    def asked_by_sender(self) -> "InquiryQuerySet":
        """Return the inquiries whose sender waits for something: new contact data, to stop."""
        return self._of_requests(_sender_requests().standing())

    def asked_to_stop(self) -> "InquiryQuerySet":
        """Return the inquiries whose sender wants to withdraw or to be erased."""
        return self._of_requests(_sender_requests().stopping())

    def _of_requests(self, requests: Any) -> "InquiryQuerySet":
        asked = self.model.objects.filter(reference__in=requests.values("receipt__reference"))
        return self.going_on_for(asked.values("pk")).filter(
            erased_at__isnull=True, erasure_decided_at__isnull=True
        )

    def going_on_for(self, ids: Any) -> "InquiryQuerySet":
        """Return the inquiries of these ids, or those into which they were merged."""
        into = self.model.objects.filter(merged__in=ids).values("pk")
        return self.filter(Q(pk__in=ids, merged_into__isnull=True) | Q(pk__in=into))

    def to_erase(self) -> "InquiryQuerySet":
        """Return what somebody decided to erase, and the worker has not erased yet."""
        return self.filter(erasure_decided_at__isnull=False, erased_at__isnull=True)

    def ownerless(self) -> "InquiryQuerySet":
        """Return the open inquiries that nobody would look after.

        Those are without an assignee and a team, and those of somebody who cannot log in any more
        or lost the inbox: to the team they look taken.
        """
        InquiryTrial = apps.get_model("inquiries", "InquiryTrial")
        people = people_with_inbox().order_by().values("pk")
        of_a_team = InquiryTrial.objects.filter(
            inquiry=OuterRef("pk"), trial__team__user__in=people
        )
        free = self.open().filter(
            ~Exists(of_a_team) | Q(is_quarantined=True),
            assignee__isnull=True,
            closed_at__isnull=True,
        )
        gone = get_user_model().objects.exclude(pk__in=people).values("pk")
        left = self.open().filter(assignee__in=gone)
        # A union, because each part has its own index.
        return self.filter(pk__in=free.values("pk").union(left.values("pk")))

    def counts(self, now: datetime, user: "User") -> dict[str, Any]:
        """Return how many inquiries are in each part of a user's inbox, and the next due time.

        ``next_due_at`` is None when no reply clock runs that is not overdue already.
        """
        waits = Q(first_attempt_at__isnull=True, clock_paused_at__isnull=True)
        is_overdue = waits & Q(reply_due_at__lt=now)
        return self.open().aggregate(
            open=Count("pk", filter=Q(is_quarantined=False)),
            quarantine=Count("pk", filter=Q(is_quarantined=True)),
            overdue=Count("pk", filter=is_overdue),
            unassigned=Count("pk", filter=Q(assignee__isnull=True, is_quarantined=False)),
            mine=Count("pk", filter=Q(assignee=user)),
            urgent=Count("pk", filter=Q(urgent_at__isnull=False)),
            next_due_at=Min("reply_due_at", filter=waits & Q(reply_due_at__gte=now)),
        )

    def not_told(self) -> "InquiryQuerySet":
        """Return the ended inquiries whose closing message did not arrive."""
        return self.filter(not_told_at__isnull=False)

    def wants_action(self, today: date) -> "InquiryQuerySet":
        """Return the open inquiries whose next action is due today or was due before.

        And the ended ones whose sender does not know it yet. Nobody works on those whose sender
        wants to stop; words of an emergency come first.
        """
        due = Q(state__in=OPEN, closed_at__isnull=True, next_action_on__lte=today)
        asked = self.model.objects.filter(
            reference__in=_sender_requests().stopping().values("receipt__reference")
        )
        into = asked.filter(merged_into__isnull=False).values("merged_into")
        goes_on = Q(urgent_at__isnull=False) | ~Q(pk__in=asked.values("pk").union(into))
        return self.filter((due & goes_on) | Q(not_told_at__isnull=False))

    def unassigned(self) -> "InquiryQuerySet":
        """Return the open inquiries that nobody has taken, those in quarantine left out."""
        return self.open().filter(
            closed_at__isnull=True, assignee__isnull=True, is_quarantined=False
        )

    def for_page(self) -> "InquiryQuerySet":
        """Return the inquiries with all that the page of one shows."""
        trials = apps.get_model("trials", "Trial").objects.only(
            "nct_id", "brief_title", "our_site_open"
        )
        return self.select_related(
            "assignee",
            "closing_attempt",
            "merged_into",
            "entry__entered_by",
            "entry__consent_taken_by",
        ).prefetch_related(Prefetch("trials", trials), "merged", "pauses")


class InquiryManager(models.Manager.from_queryset(InquiryQuerySet)):  # type: ignore[misc]
    """The inquiries of people: whoever asks for inquiries never meets a synthetic one."""

    def get_queryset(self) -> InquiryQuerySet:
        """Return all but the synthetic ones."""
        found: InquiryQuerySet = super().get_queryset().filter(is_synthetic=False)
        return found


class NoteQuerySet(models.QuerySet[Any]):
    """Notes of staff."""

    def visible_to(self, user: "User") -> "NoteQuerySet":
        """Return the notes that a user who may see the inquiry may read."""
        if user_is_lead(user):
            return self.all()
        return self.filter(Q(visibility=Visibility.TEAM) | Q(author=user))
