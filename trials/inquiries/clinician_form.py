"""The short form for a doctor or nurse who writes about a patient: who they are, not who it is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms import LineField, LinesField
from trials.inquiries.forms import LANGUAGES, InquiryForm

FROM, CLINICIAN = "from", "clinician"
# What the tick box says; a change of its words is a new version.
CONSENT_VERSION = "clinician-1"
_OF_PATIENTS = (
    "contact_by",
    "may_leave_message",
    "preferred_language",
    "is_adult",
    "consent",
    "other_trials_consent",
)


class ClinicianForm(InquiryForm):
    """The patient stays without a name: we call the practice and ask how to go on."""

    is_clinician = True

    for_whom = forms.ChoiceField(
        choices=[(CLINICIAN, "")], initial=CLINICIAN, widget=forms.HiddenInput
    )
    practice = LineField(
        label=_("Practice or hospital"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "class": "input"}),
        error_messages={"required": _("Enter your practice or hospital")},
    )
    phone = LineField(
        label=_("Phone number of the practice"),
        help_text=_("You can add words, for example “ext. 12” or “ask for Maria”."),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "tel", "class": "input input--medium"}
        ),
    )
    patient_language = forms.ChoiceField(
        label=_("Which language does the patient speak?"),
        choices=[("", _("Not known")), *LANGUAGES],
        required=False,
        widget=forms.Select(attrs={"autocomplete": "off", "class": "input input--medium"}),
    )
    needs_interpreter = forms.BooleanField(
        label=_("The patient needs an interpreter"), required=False
    )
    message = LinesField(
        label=_("Is there anything you want to tell or ask us?"),
        help_text=_(
            "Please leave out the patient's name, date of birth and record number. We call you."
        ),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "class": "input"}),
    )
    patient_agrees = forms.BooleanField(
        label=_("My patient knows of this and agrees that I write to you"),
        error_messages={"required": _("Tick the box if your patient agrees")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _OF_PATIENTS:
            del self.fields[name]

    @property
    def answers(self) -> dict[str, Any]:
        """Return what was said; nobody gave leave to write about other trials."""
        return super().answers | {"other_trials_consent": False}
