"""Who is on which trial's team."""

from django.db import transaction
from django.http import HttpRequest

from clinic.audit import record_event
from clinic.models import User
from trials.inquiries.enums import TeamRole
from trials.inquiries.models import TrialTeamMember
from trials.models import Trial


@transaction.atomic
def join_team(
    *, trial: Trial, user: User, role: TeamRole, actor: User, request: HttpRequest | None = None
) -> TrialTeamMember:
    """Put a person on a trial's team, or give a member another role."""
    member, _created = TrialTeamMember.objects.update_or_create(
        trial=trial, user=user, defaults={"role": role}
    )
    _record("team.joined", member, actor, request)
    return member


@transaction.atomic
def leave_team(*, member: TrialTeamMember, actor: User, request: HttpRequest | None = None) -> None:
    """Take a person off a trial's team."""
    _record("team.left", member, actor, request)
    member.delete()


def _record(action: str, member: TrialTeamMember, actor: User, request: HttpRequest | None) -> None:
    record_event(
        action=action,
        actor=actor,
        object_type="trial",
        object_id=member.trial.nct_id,
        data={"user": member.user_id, "role": member.role},
        request=request,
    )
