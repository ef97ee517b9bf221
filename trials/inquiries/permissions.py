"""Who may do what with inquiries. Being a superuser opens nothing here (break-glass is a command).

Which inquiries a user sees is a query: ``Inquiry.objects.visible_to(user)``.
"""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from clinic.roles import COORDINATORS, LEADS

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


def possible_assignees(inquiry: "Inquiry", actor: "User") -> "QuerySet[User]":
    """Return whom an actor may give an inquiry to: leads anyone with the inbox, others the team."""
    people = get_user_model().objects.filter(is_active=True, groups__name__in=(COORDINATORS, LEADS))
    if not user_is_lead(actor):
        people = people.filter(
            Q(pk=actor.pk) | Q(groups__name=LEADS) | Q(trial_teams__trial__inquiries=inquiry)
        )
    return people.distinct().order_by("email")
