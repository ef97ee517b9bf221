"""Reads of inquiries in the staff's words."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Prefetch, Q, Value, When

from trials.inquiries.enums import OPEN, Visibility
from trials.inquiries.permissions import user_is_lead, user_may_use_inbox

if TYPE_CHECKING:
    from clinic.models import User


class InquiryQuerySet(models.QuerySet[Any]):
    """Inquiries."""

    def visible_to(self, user: "User") -> "InquiryQuerySet":
        """Return what a user may see: leads everything, others their own and their trials'."""
        if user_is_lead(user):
            return self.all()
        if not user_may_use_inbox(user):
            return self.none()
        InquiryTrial = apps.get_model("inquiries", "InquiryTrial")
        of_my_trials = InquiryTrial.objects.filter(inquiry=OuterRef("pk"), trial__team__user=user)
        return self.filter(Q(assignee=user) | Exists(of_my_trials))

    def open(self) -> "InquiryQuerySet":
        """Return the inquiries on which somebody still has to do something."""
        return self.filter(state__in=OPEN)

    def awaiting_attempt(self) -> "InquiryQuerySet":
        """Return the inquiries whose reply clock runs."""
        return self.open().filter(first_attempt_at__isnull=True)

    def overdue(self, now: datetime) -> "InquiryQuerySet":
        """Return the inquiries that nobody answered within the promise."""
        return self.awaiting_attempt().filter(reply_due_at__lt=now)

    def quarantined(self) -> "InquiryQuerySet":
        """Return the inquiries that looked like spam on arrival and were not released."""
        return self.filter(is_quarantined=True)

    def about_closed_trials(self) -> "InquiryQuerySet":
        """Return the open inquiries that name a trial that takes nobody here any more."""
        InquiryTrial = apps.get_model("inquiries", "InquiryTrial")
        closed = InquiryTrial.objects.filter(inquiry=OuterRef("pk"), trial__our_site_open=False)
        return self.open().filter(Exists(closed))

    def ownerless(self) -> "InquiryQuerySet":
        """Return the open inquiries that nobody would look after: no assignee and no team."""
        InquiryTrial = apps.get_model("inquiries", "InquiryTrial")
        of_a_team = InquiryTrial.objects.filter(
            inquiry=OuterRef("pk"), trial__team__user__is_active=True
        )
        return self.open().filter(
            ~Exists(of_a_team) | Q(is_quarantined=True), assignee__isnull=True
        )

    def counts(self, now: datetime, user: "User") -> dict[str, Any]:
        """Return how many inquiries are in each part of a user's inbox, and the next due time.

        ``next_due_at`` is None when no reply clock runs that is not overdue already.
        """
        waits = Q(first_attempt_at__isnull=True)
        is_overdue = waits & Q(reply_due_at__lt=now)
        return self.open().aggregate(
            open=Count("pk", filter=Q(is_quarantined=False)),
            quarantine=Count("pk", filter=Q(is_quarantined=True)),
            overdue=Count("pk", filter=is_overdue),
            unassigned=Count("pk", filter=Q(assignee__isnull=True, is_quarantined=False)),
            mine=Count("pk", filter=Q(assignee=user)),
            next_due_at=Min("reply_due_at", filter=waits & Q(reply_due_at__gte=now)),
        )

    def by_clock(self) -> "InquiryQuerySet":
        """Return the inquiries in the order of work: running clocks first, the oldest on top."""
        runs = Q(first_attempt_at__isnull=True, state__in=OPEN)
        return self.alias(
            queue=Case(When(runs, then=Value(0)), When(state__in=OPEN, then=Value(1)), default=2)
        ).order_by(
            "queue",
            Case(When(runs, then=F("reply_due_at"))),
            F("next_action_on").asc(nulls_last=True),
            "-received_at",
        )

    def for_listing(self) -> "InquiryQuerySet":
        """Return the inquiries with all that a row of the inbox shows."""
        trials = apps.get_model("trials", "Trial").objects.only(
            "nct_id", "brief_title", "our_site_open"
        )
        return self.select_related("assignee").prefetch_related(
            Prefetch("trials", trials), "submissions"
        )


class NoteQuerySet(models.QuerySet[Any]):
    """Notes of staff."""

    def visible_to(self, user: "User") -> "NoteQuerySet":
        """Return the notes that a user who may see the inquiry may read."""
        if user_is_lead(user):
            return self.all()
        return self.filter(Q(visibility=Visibility.TEAM) | Q(author=user))
