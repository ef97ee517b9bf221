"""Who may do what with inquiries. Being a superuser opens nothing here by itself.

Which inquiries a user sees is a query: ``Inquiry.objects.visible_to(user)``. Superusers, and
coordinators for what is not theirs, open one inquiry at a time in an emergency, with a reason.
"""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from clinic.models import Absence
from clinic.roles import ADMINISTRATORS, COORDINATORS, LEADS
from trials.models import Trial

if TYPE_CHECKING:
    from clinic.models import User
    from trials.inquiries.models import Inquiry


def _is_in(user: "User | AnonymousUser", *groups: str) -> bool:
    if not (user.is_authenticated and user.is_active):
        return False
    # A user object lives as long as its request, which asks this many times.
    if "_group_names" not in user.__dict__:
        user.__dict__["_group_names"] = set(user.groups.values_list("name", flat=True))
    return not user.__dict__["_group_names"].isdisjoint(groups)


def user_may_use_inbox(user: "User | AnonymousUser") -> bool:
    """Return whether the inbox exists for a user at all."""
    return _is_in(user, COORDINATORS, LEADS)


def user_is_lead(user: "User | AnonymousUser") -> bool:
    """Return whether a user sees the inquiries of all trials."""
    return _is_in(user, LEADS)


def user_may_edit_teams(user: "User | AnonymousUser") -> bool:
    """Return whether a user says who is on which trial's team."""
    return user_is_lead(user)


def user_may_see_accesses(user: "User | AnonymousUser") -> bool:
    """Return whether a user sees who else looked at an inquiry."""
    return user_is_lead(user)


def user_may_see_retention(user: "User | AnonymousUser") -> bool:
    """Return whether a user sees for how long inquiries are kept, as rules and numbers."""
    return _is_in(user, LEADS, ADMINISTRATORS)


def user_may_set_retention(user: "User | AnonymousUser") -> bool:
    """Return whether a user decides for how long inquiries are kept."""
    return _is_in(user, LEADS, ADMINISTRATORS)


def user_may_hold(user: "User | AnonymousUser") -> bool:
    """Return whether a user keeps an inquiry from being erased, and ends that."""
    return user_is_lead(user)


def user_may_answer_persons(user: "User | AnonymousUser") -> bool:
    """Return whether a user finds what is kept of a person, gives a copy and has it erased."""
    return user_is_lead(user)


def user_may_see_reports(user: "User | AnonymousUser") -> bool:
    """Return whether a user sees the reports: a lead with the permission."""
    return user_is_lead(user) and user.has_perm("inquiries.view_reports")


def user_may_export(user: "User | AnonymousUser") -> bool:
    """Return whether a user takes inquiries out of the site, without who the senders are."""
    return user_may_see_reports(user) and user.has_perm("inquiries.export_inquiries")


def user_may_export_contacts(user: "User | AnonymousUser") -> bool:
    """Return whether a user takes names and contact data out of the site."""
    return user_may_export(user) and user.has_perm("inquiries.export_contacts")


def user_may_open_in_emergency(user: "User | AnonymousUser") -> bool:
    """Return whether a user may open an inquiry that is not theirs, giving a reason."""
    if not (user.is_authenticated and user.is_active) or user_is_lead(user):
        return False
    return user.is_superuser or user_may_use_inbox(user)


def covered_ids(user: "User") -> frozenset[int]:
    """Return the ids of coordinators and leads for whom a user stands in today."""
    if "_covered_ids" not in user.__dict__:
        absences = Absence.objects.on(timezone.localdate()).filter(
            deputy=user, user__groups__name__in=(COORDINATORS, LEADS)
        )
        user.__dict__["_covered_ids"] = frozenset(absences.values_list("user_id", flat=True))
    covered: frozenset[int] = user.__dict__["_covered_ids"]
    return covered


def people_with_inbox() -> "QuerySet[User]":
    """Return the working logins that have an inbox, by address."""
    people = get_user_model().objects.filter(is_active=True, groups__name__in=(COORDINATORS, LEADS))
    return people.distinct().order_by("email")


def trials_to_enter_for(user: "User") -> "QuerySet[Trial]":
    """Return the open trials for which a user may enter inquiries: leads all, others their teams'.

    And those of the teams of the people for whom they stand in today.
    """
    trials: QuerySet[Trial] = Trial.objects.open_at_our_site()
    if not user_is_lead(user):
        trials = trials.filter(team__user__in=[user.pk, *covered_ids(user)]).distinct()
    return trials.only("nct_id", "brief_title", "our_site_open").order_by("nct_id")


def possible_assignees(inquiry: "Inquiry", actor: "User") -> "QuerySet[User]":
    """Return whom an actor may give an inquiry to: leads anyone with the inbox, others the team.

    A deputy is not among them by standing in: an assignment would outlast the absence.
    """
    people = people_with_inbox()
    if user_is_lead(actor):
        return people
    return people.filter(
        Q(inquiries=inquiry) | Q(groups__name=LEADS) | Q(trial_teams__trial__inquiries=inquiry)
    )


def colleagues(actor: "User") -> "QuerySet[User]":
    """Return with whom an actor shares inquiries: leads all with an inbox, others their teams."""
    people = people_with_inbox()
    if user_is_lead(actor):
        return people
    mine = [actor.pk, *covered_ids(actor)]
    return people.filter(
        Q(pk__in=mine) | Q(groups__name=LEADS) | Q(trial_teams__trial__team__user__in=mine)
    )
