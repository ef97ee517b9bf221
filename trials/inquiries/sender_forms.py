"""Forms of the inbox about what senders ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from trials.inquiries.sender_enums import IdentityCheck, KeepReason
from trials.inquiries.staff_forms import VersionedForm

ERASE = "erase"


class IdentityForm(VersionedForm):
    identity = forms.ChoiceField(
        choices=IdentityCheck,
        error_messages={"required": _("Say how you made sure who it is.")},
    )


class ConfirmContactForm(IdentityForm):
    sender_request = forms.UUIDField()


class DecideErasureForm(VersionedForm):
    sender_request = forms.UUIDField()
    keep_reason = forms.ChoiceField(
        choices=[(ERASE, ERASE), *KeepReason.choices],
        error_messages={"required": _("Choose what happens with it.")},
    )
