"""The 24/7 number changes only when a second person confirms it: a wrong digit may cost a life."""

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from clinic.audit import record_event
from clinic.models import ClinicSettings, User

PERMISSION = "clinic.confirm_urgent_phone"


class UrgentPhoneRefused(Exception):
    """The change cannot be made; the message tells the reader why."""


def user_can_propose(user: User | AnonymousUser) -> bool:
    """Return whether the user may propose another number: who may change the settings."""
    return user.has_perm("clinic.change_clinicsettings")


def user_can_confirm(user: User | AnonymousUser, settings: ClinicSettings) -> bool:
    """Return whether the user may confirm the proposal: allowed to, and not its author."""
    return (
        bool(settings.urgent_phone_proposed)
        and user.has_perm(PERMISSION)
        and settings.urgent_phone_proposed_by_id not in (None, user.pk)
    )


@transaction.atomic
def propose(*, settings_id: int, number: str, user: User, request: HttpRequest | None) -> None:
    """Store a proposal in place of an earlier one; raises UrgentPhoneRefused."""
    settings = _locked(settings_id)
    if not user_can_propose(user):
        raise UrgentPhoneRefused(_("You may not change the settings of the clinic."))
    if number == settings.urgent_phone:
        raise UrgentPhoneRefused(_("This is the number that stands on the site already."))
    settings.urgent_phone_proposed = number
    settings.urgent_phone_proposed_by = user
    _save(settings)
    _record("urgent_phone.proposed", settings, user, request, number)


@transaction.atomic
def confirm(*, settings_id: int, number: str, user: User, request: HttpRequest | None) -> None:
    """Put the proposed number on the site; raises UrgentPhoneRefused.

    ``number`` is what the user saw: a proposal that changed meanwhile is not confirmed by mistake.
    """
    settings = _locked(settings_id)
    if number != settings.urgent_phone_proposed:
        raise UrgentPhoneRefused(_("The proposal has changed. Look at it again."))
    if not user_can_confirm(user, settings):
        raise UrgentPhoneRefused(_("Somebody else than the person who proposed it has to confirm."))
    settings.urgent_phone = number
    _clear(settings)
    _record("urgent_phone.confirmed", settings, user, request, number)


@transaction.atomic
def withdraw(*, settings_id: int, user: User, request: HttpRequest | None) -> None:
    """Drop the proposal; raises UrgentPhoneRefused."""
    settings = _locked(settings_id)
    if not (user_can_propose(user) or user.has_perm(PERMISSION)):
        raise UrgentPhoneRefused(_("You may not change the settings of the clinic."))
    number = settings.urgent_phone_proposed
    _clear(settings)
    _record("urgent_phone.withdrawn", settings, user, request, number)


def _locked(settings_id: int) -> ClinicSettings:
    return ClinicSettings.objects.select_for_update().get(pk=settings_id)


def _clear(settings: ClinicSettings) -> None:
    settings.urgent_phone_proposed = ""
    settings.urgent_phone_proposed_by = None
    _save(settings)


def _save(settings: ClinicSettings) -> None:
    settings.save(
        update_fields=["urgent_phone", "urgent_phone_proposed", "urgent_phone_proposed_by"]
    )


def _record(
    action: str,
    settings: ClinicSettings,
    user: User,
    request: HttpRequest | None,
    number: str,
) -> None:
    record_event(
        action=action,
        actor=user,
        object_type="clinic_settings",
        object_id=settings.pk,
        data={"number": number},
        request=request,
    )
