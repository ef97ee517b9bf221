"""Through whom a person sees an inquiry: on their own, standing in, or in an emergency."""

from clinic.models import User
from trials.inquiries.models import EmergencyAccess, Inquiry, TrialTeamMember
from trials.inquiries.permissions import covered_ids, user_is_lead


def covering_for(inquiry: Inquiry, user: User) -> list[int]:
    """Return the ids of those through whom alone a user sees an inquiry today, else nothing."""
    covered = covered_ids(user)
    if not covered or user_is_lead(user):
        return []
    people = [user.pk, *covered]
    teams = TrialTeamMember.objects.filter(trial__inquiries=inquiry, user__in=people)
    through = {inquiry.assignee_id, *teams.values_list("user_id", flat=True)}
    if inquiry.is_open:
        through |= set(inquiry.escalations.values_list("to_id", flat=True))
    return [] if user.pk in through else sorted(covered & through)


def emergency_access(inquiry: Inquiry, user: User) -> EmergencyAccess | None:
    """Return the running emergency access by which alone a user sees an inquiry, if any."""
    running = EmergencyAccess.objects.running().filter(user=user, inquiry=inquiry)
    access: EmergencyAccess | None = running.order_by("expires_at").last()
    if access and Inquiry.objects.visible_to(user).filter(pk=inquiry.pk).exists():
        return None
    return access
