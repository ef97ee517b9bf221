"""Forms of retention: rules, holds, and what a person asks about their data."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from trials.inquiries.models.retention import LONGEST_MONTHS
from trials.inquiries.retention_enums import HoldReason
from trials.inquiries.sender_enums import IdentityCheck

_QUIET = {"autocomplete": "off"}


class RuleForm(forms.Form):
    months = forms.IntegerField(
        label=_("Months after the end. Empty: nothing is erased by itself"),
        min_value=1,
        max_value=LONGEST_MONTHS,
        required=False,
    )
    why = forms.CharField(
        label=_("Why, and who advised it. No names of patients, please"), max_length=200
    )


class HoldForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=HoldReason)
    until = forms.DateField(
        label=_("Until (empty: until somebody ends it)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class ChosenForm(forms.Form):
    """Some ticked inquiries."""

    chosen = forms.MultipleChoiceField(
        error_messages={"required": _("Choose at least one inquiry.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Which of them somebody may see is for the service to say.
        sent = self.data.getlist("chosen") if self.is_bound else []  # type: ignore[attr-defined]
        self.fields["chosen"].choices = [(one, one) for one in sent]  # type: ignore[attr-defined]

    def clean_chosen(self) -> list[Any]:
        """Return the ids; raises ValidationError for what is none."""
        field = forms.UUIDField()
        return [field.clean(one) for one in self.cleaned_data["chosen"]]


class HoldManyForm(HoldForm, ChosenForm):
    """Ticked inquiries that are kept for longer."""


class PersonForm(forms.Form):
    """What a person says; sent by POST and kept nowhere."""

    email = forms.CharField(
        label=_("Email"), max_length=254, required=False, widget=forms.TextInput(attrs=_QUIET)
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=60, required=False, widget=forms.TextInput(attrs=_QUIET)
    )
    name = forms.CharField(
        label=_("Full name"), max_length=200, required=False, widget=forms.TextInput(attrs=_QUIET)
    )
    reference = forms.CharField(
        label=_("Reference"), max_length=20, required=False, widget=forms.TextInput(attrs=_QUIET)
    )

    def clean(self) -> dict[str, Any]:
        """Return what was said; raises ValidationError for nothing at all."""
        said: dict[str, Any] = super().clean() or {}
        if not any(said.values()):
            raise ValidationError(_("Fill in at least one field."))
        return said


class IdentifiedForm(ChosenForm):
    """Ticked inquiries of a person whom staff identified."""

    identity = forms.ChoiceField(
        choices=IdentityCheck,
        error_messages={"required": _("Say how you made sure who it is.")},
    )


class CopyForm(IdentifiedForm):
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    without_notes = forms.BooleanField(required=False)
