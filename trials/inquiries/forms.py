"""The interest form. Few fields on purpose: no birth date, no record number, no medical history."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.forms import ChoiceList, LineField, LinesField, PatientForm, TickList
from trials import burden

HONEYPOT = "website"
# Not answers: they never count when two sendings of a form are compared.
CONTROLS = ("form_token", "about", HONEYPOT)

FOR_WHOM = [
    ("me", _("Me")),
    ("other", _("Someone else, and they agree that I write")),
    ("clinician", _("A patient of mine: I am the doctor or nurse")),
]
CONTACT_BY = [
    ("phone", _("Phone call")),
    ("text", _("Text message")),
    ("email", _("Email")),
]
MAY_LEAVE_MESSAGE = [
    ("yes", _("Yes")),
    ("neutral", _("Yes, but do not say that it is about cancer or a clinic")),
    ("no", _("No, do not leave a message")),
]
LANGUAGES = [
    *burden.LANGUAGES.items(),
    ("other", _("Another language: tell us below which")),
]


class InquiryForm(PatientForm):
    """What a person tells us when they ask about a trial or for help to find one."""

    for_whom = forms.ChoiceField(
        label=_("Who is this for?"),
        choices=FOR_WHOM,
        widget=ChoiceList,
        error_messages={"required": _("Choose who this is for")},
    )
    name = LineField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "input"}),
        error_messages={"required": _("Enter your name")},
    )
    email = forms.EmailField(
        label=pgettext_lazy("of the sender", "Email address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "input"}),
        error_messages={"invalid": _("Enter an email address like name@example.org")},
    )
    phone = LineField(
        label=pgettext_lazy("of the sender", "Phone number"),
        help_text=_("You can add words, for example “ext. 12” or “ask for Maria”."),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "tel", "class": "input input--medium"}
        ),
    )
    contact_by = forms.MultipleChoiceField(
        label=_("How would you like us to reach you?"),
        choices=CONTACT_BY,
        required=False,
        widget=TickList,
    )
    contact_when = LineField(
        label=_("When is a good time?"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input"}),
    )
    may_leave_message = forms.ChoiceField(
        label=_("If you do not answer, may we leave a message?"),
        help_text=_("If you choose nothing, we leave no message."),
        choices=MAY_LEAVE_MESSAGE,
        required=False,
        widget=ChoiceList,
    )
    preferred_language = forms.ChoiceField(
        label=_("In which language should we talk?"),
        choices=LANGUAGES,
        widget=forms.Select(attrs={"autocomplete": "language", "class": "input input--medium"}),
        error_messages={"required": _("Choose a language")},
    )
    patient_language = forms.ChoiceField(
        label=_("Which language does the person speak whom this is for?"),
        help_text=_("Only if you write for someone else."),
        choices=[("", _("The same")), *LANGUAGES],
        required=False,
        widget=forms.Select(attrs={"autocomplete": "off", "class": "input input--medium"}),
    )
    needs_interpreter = forms.BooleanField(
        label=_("I would like an interpreter, free of charge"), required=False
    )
    message = LinesField(
        label=_("Is there anything you want to tell or ask us?"),
        help_text=_(
            "Do not write about urgent symptoms here: nobody reads this at night. You do not need "
            "to give medical details."
        ),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "class": "input"}),
    )
    is_adult = forms.BooleanField(
        label=_("I am 18 years old or older"),
        error_messages={
            "required": _("Tick the box if you are 18 or older. Are you younger? Please call us.")
        },
    )
    consent = forms.BooleanField(
        label=_("I agree that you contact me about this request"),
        error_messages={"required": _("Tick the box so that we may contact you")},
    )
    other_trials_consent = forms.BooleanField(
        label=_("You may also tell me about other trials that could fit"), required=False
    )
    # Plain fields without validators: a wrong value here is no mistake that a sender could mend.
    form_token = forms.Field(required=False, widget=forms.HiddenInput)
    about = forms.Field(required=False, widget=forms.HiddenInput)
    website = forms.Field(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    is_clinician = False
    # One of these two is enough, which the group around them says.
    not_marked_optional = ("email", "phone")

    def clean_phone(self) -> str:
        """Return the number as typed; raises ValidationError when it holds too few digits."""
        phone = self.cleaned_data["phone"]
        if phone and len(re.findall(r"\d", phone)) < 7:
            raise forms.ValidationError(
                _("Enter a phone number with its area code, like 415 555 0100")
            )
        return phone

    def clean(self) -> dict[str, Any]:
        """Return the answers; raises ValidationError without any way to reach the sender."""
        cleaned = super().clean() or {}
        gave_neither = not (
            self.data.get("email", "").strip() or self.data.get("phone", "").strip()
        )
        if gave_neither:
            self.add_error("email", _("Enter an email address or a phone number"))
        return cleaned

    @property
    def answers(self) -> dict[str, Any]:
        """Return what the sender said, without the form's own controls."""
        return {name: self.cleaned_data[name] for name in self.fields if name not in CONTROLS}
