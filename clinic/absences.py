"""The rules of being away: who may be a deputy, for whom somebody stands in today.

A deputy gets what is due of the absent person's pages and inquiries, and acts in their own name.
Deputies of deputies are not followed: whoever is away names somebody who is there.
"""

from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.audit import record_event
from clinic.models import Absence
from clinic.roles import COORDINATORS, EDITORS, LEADS, REVIEWERS

PAGE_ROLES = (EDITORS, REVIEWERS)
INBOX_ROLES = (COORDINATORS, LEADS)
ROLES = (*PAGE_ROLES, *INBOX_ROLES)
# Who can do the work of a role: a lead sees what coordinators see, and more.
_STAND_INS = {COORDINATORS: INBOX_ROLES}
LONGEST_DAYS = 366
# For an administrator, when somebody fell ill and cannot say it themselves.
FOR_OTHERS = "clinic.change_staffmember"

User = get_user_model()


def people_who_need_deputies() -> QuerySet[Any]:
    """Return the working logins that keep pages or answer inquiries, by name."""
    found = User.objects.filter(is_active=True, groups__name__in=ROLES).distinct()
    return found.order_by("last_name", "first_name", "pk")


def people_to_plan_for(actor: Any) -> QuerySet[Any]:
    """Return for whom an actor may name a deputy besides themselves, when somebody fell ill.

    A deputy of a coordinator sees inquiries, which is for leads to give and not for administrators.
    """
    people = people_who_need_deputies()
    with_inbox = User.objects.filter(groups__name__in=INBOX_ROLES)
    found = people.none()
    if actor.has_perm(FOR_OTHERS):
        found |= people.exclude(pk__in=with_inbox)
    if actor.groups.filter(name=LEADS).exists():
        found |= people.filter(pk__in=with_inbox)
    return found


def possible_deputies(user: Any) -> QuerySet[Any]:
    """Return who can do what this person does: working logins with the same roles."""
    roles = set(user.groups.filter(name__in=ROLES).values_list("name", flat=True))
    found = people_who_need_deputies().exclude(pk=user.pk)
    for role in roles:
        found = found.filter(groups__name__in=_STAND_INS.get(role, (role,)))
    return found if roles else User.objects.none()


@transaction.atomic
def plan(
    *, user: Any, deputy: Any, first_day: date, last_day: date, actor: Any, request: HttpRequest
) -> Absence:
    """Note that a deputy stands in from the first to the last day and return it.

    Raises ValidationError for days that end too early or late or overlap another absence, and for
    a deputy who may not or will not be there.
    """
    # One at a time for each person: two overlapping absences could be sent at once.
    User.objects.select_for_update().get(pk=user.pk)
    _check_days(user, first_day, last_day)
    _check_deputy(user, deputy, first_day, last_day)
    absence = Absence.objects.create(
        user=user, deputy=deputy, first_day=first_day, last_day=last_day
    )
    _record("absence.planned", absence, actor, request)
    return absence


@transaction.atomic
def end(absence: Absence, *, actor: Any, request: HttpRequest) -> None:
    """End an absence now, or call off one to come; does nothing for one that was ended."""
    ended = Absence.objects.filter(pk=absence.pk, ended_at=None).update(ended_at=timezone.now())
    if ended:
        _record("absence.ended", absence, actor, request)


def covered_by(user: Any, today: date | None = None) -> dict[int, Any]:
    """Return the people, by id, for whom this person stands in today."""
    absences = Absence.objects.on(today or timezone.localdate()).filter(deputy=user)
    return {absence.user_id: absence.user for absence in absences.select_related("user")}


def away_on(day: date | None = None) -> dict[int, Absence]:
    """Return the absences of a day, by the id of who is away."""
    absences = Absence.objects.on(day or timezone.localdate()).select_related("deputy")
    return {absence.user_id: absence for absence in absences}


def _check_days(user: Any, first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise ValidationError({"last_day": _("The last day is before the first.")})
    if last_day < timezone.localdate():
        raise ValidationError({"last_day": _("These days are over.")})
    if (last_day - first_day).days >= LONGEST_DAYS:
        raise ValidationError({"last_day": _("Choose at most one year.")})
    if _overlapping(first_day, last_day).filter(user=user).exists():
        raise ValidationError({"first_day": _("There is another absence in these days.")})


def _check_deputy(user: Any, deputy: Any, first_day: date, last_day: date) -> None:
    if not possible_deputies(user).filter(pk=deputy.pk).exists():
        raise ValidationError({"deputy": _("Choose somebody else with the same role.")})
    if _overlapping(first_day, last_day).filter(user=deputy).exists():
        raise ValidationError({"deputy": _("This person is away in these days too.")})


def _overlapping(first_day: date, last_day: date) -> QuerySet[Absence]:
    return Absence.objects.filter(first_day__lte=last_day, last_day__gte=first_day, ended_at=None)


def _record(action: str, absence: Absence, actor: Any, request: HttpRequest) -> None:
    record_event(
        action=action,
        actor=actor,
        object_type="user",
        object_id=absence.user_id,
        data={
            "deputy": absence.deputy_id,
            "first_day": absence.first_day.isoformat(),
            "last_day": absence.last_day.isoformat(),
        },
        request=request,
    )
