"""What the sender may say on the private page. No field is ever filled in with what we know."""

import uuid
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.forms import ChoiceList, LinesField, PatientForm
from trials.inquiries.forms import LANGUAGES, InquiryForm

_FIELDS = InquiryForm.base_fields


class SenderForm(PatientForm):
    """A form of the private page; by itself only a button."""

    # Tells two requests with the same words apart, and a double click from two requests.
    once = forms.Field(required=False, widget=forms.HiddenInput)
    nothing_given: str | Promise = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"once": uuid.uuid4().hex, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    @property
    def once_value(self) -> str:
        """Return the mark of this form, cut to what we made."""
        return str(self.cleaned_data.get("once") or "")[:32]

    @property
    def answers(self) -> dict[str, Any]:
        """Return what was given; what was left empty stays as it is."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: value for name, value in given.items() if name != "once"}

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Return label and value of what was given, for the page that asks once more."""
        return [
            (str(field.label), self._shown(field.name))
            for field in self.visible_fields()
            if self.cleaned_data.get(field.name)
        ]

    def _shown(self, name: str) -> str:
        labels = dict(getattr(self.fields[name], "choices", ()))
        value = self.cleaned_data[name]
        values = value if isinstance(value, list) else [value]
        return ", ".join(str(labels.get(one, one)) for one in values)

    def clean(self) -> dict[str, Any]:
        """Return the answers; raises ValidationError where something has to be given and is not."""
        cleaned = super().clean() or {}
        if self.nothing_given and not self.errors and not self.answers:
            raise forms.ValidationError(str(self.nothing_given))
        return cleaned


class WishesForm(SenderForm):
    """How, when and in which language we reach the sender."""

    nothing_given = _("Fill in what you want to change")

    contact_by = _FIELDS["contact_by"]
    contact_when = _FIELDS["contact_when"]
    may_leave_message = forms.ChoiceField(
        label=_FIELDS["may_leave_message"].label,
        # The private page names no cancer, not even where the form did.
        choices=[
            ("yes", _("Yes")),
            ("neutral", _("Yes, but do not say what it is about or who you are")),
            ("no", _("No, do not leave a message")),
        ],
        required=False,
        widget=ChoiceList,
    )
    preferred_language = forms.ChoiceField(
        label=_FIELDS["preferred_language"].label,
        choices=[("", _("No change")), *LANGUAGES],
        required=False,
        widget=forms.Select(attrs={"autocomplete": "off", "class": "input input--medium"}),
    )
    needs_interpreter = forms.ChoiceField(
        label=_("Would you like an interpreter, free of charge?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        required=False,
        widget=ChoiceList,
    )

    @property
    def answers(self) -> dict[str, Any]:
        """Return what was given, in the words of the first form."""
        given = super().answers
        if "needs_interpreter" in given:
            given["needs_interpreter"] = given["needs_interpreter"] == "yes"
        return given


class ContactForm(SenderForm):
    """Another address or number."""

    nothing_given = _("Enter an email address or a phone number")
    not_marked_optional = ("email", "phone")

    email = _FIELDS["email"]
    phone = _FIELDS["phone"]
    clean_phone = InquiryForm.clean_phone


class NoteForm(SenderForm):
    """A few words to the team."""

    message = LinesField(
        label=_("What do you want to tell or ask us?"),
        help_text=_FIELDS["message"].help_text,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "class": "input"}),
        error_messages={"required": _("Write what you want to tell or ask us")},
    )


class LinkForm(PatientForm):
    """Asks for the private link again."""

    email = forms.EmailField(
        label=_FIELDS["email"].label,
        help_text=_("The address that you gave us in the form."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "input"}),
        error_messages={
            "required": _("Enter an email address like name@example.org"),
            "invalid": _("Enter an email address like name@example.org"),
        },
    )
