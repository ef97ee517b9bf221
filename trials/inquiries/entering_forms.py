"""The form for what came by phone, fax or letter: the questions of the public one."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.forms import ClinicTimeField, LineField, LinesField
from clinic.models import User
from trials.inquiries.as_shown import consents_at
from trials.inquiries.clinician_form import CLINICIAN, CONSENT_VERSION
from trials.inquiries.consent import ConsentText
from trials.inquiries.enums import ConsentGiven, Source
from trials.inquiries.forms import CONTACT_BY, LANGUAGES, MAY_LEAVE_MESSAGE, InquiryForm
from trials.inquiries.permissions import colleagues, trials_to_enter_for
from trials.inquiries.services.entering import LONGEST_AGO, Consent
from trials.inquiries.staff_forms import PersonChoiceField
from trials.inquiries.tokens import FormToken, inquiry_id_without_token, read_form_token
from trials.models import Trial

ME, TEAM = "me", "team"
MOST_TRIALS = 4
# A doctor or nurse says nothing of these: we call the practice.
_OF_PERSONS = ("contact_by", "may_leave_message", "preferred_language", "is_adult")
_PUBLIC = InquiryForm.base_fields


class TrialsField(forms.ModelMultipleChoiceField):
    """Trials by number and title."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Trial) -> str:
        """Return the number and the title of the registry."""
        return f"{obj.nct_id} {obj.brief_title}"


def _public(name: str, **overrides: Any) -> forms.Field:
    """Return a field of the public form, as it checks what is typed, in words for staff."""
    field = deepcopy(_PUBLIC[name])
    field.help_text = ""
    for key, value in overrides.items():
        setattr(field, key, value)
    field.widget.attrs = {k: v for k, v in field.widget.attrs.items() if k != "class"}
    field.widget.attrs["autocomplete"] = "off"  # it is not the browser's owner who is asked
    return field


class EnterForm(forms.Form):
    """One screen: how it came, who it is, how to reach them, what about, the consent, what next."""

    use_required_attribute = False

    source = forms.ChoiceField(
        label=_("How did it come?"),
        choices=[choice for choice in Source.choices if choice[0] != Source.WEB],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it came")},
    )
    received_at = ClinicTimeField(
        label=_("When did it come?"),
        help_text=_("Time at the clinic. The reply clock runs from then, in working hours."),
        error_messages={
            "required": _("Enter when it came"),
            "invalid": _("Enter day and time, like 2026-11-27 14:30"),
        },
    )
    for_whom = forms.ChoiceField(
        label=_("Who speaks or writes?"),
        choices=[
            ("me", _("The patient")),
            ("other", _("A relative or friend, and the patient agrees")),
            (CLINICIAN, _("A doctor or nurse")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who speaks or writes")},
    )
    name = _public("name", label=_("Their name"), error_messages={"required": _("Enter the name")})
    practice = LineField(
        label=_("Practice or hospital"),
        help_text=_("Only for a doctor or nurse. Leave the patient's name out."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = _public("phone", label=pgettext_lazy("of the sender", "Phone number"))
    email = _public("email", label=pgettext_lazy("of the sender", "Email address"))
    may_email = forms.BooleanField(
        label=_("They agree to be emailed: the confirmation goes there with their private link"),
        required=False,
    )
    address = LinesField(
        label=_("Postal address"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    contact_by = forms.MultipleChoiceField(
        label=_("How would they like to be reached?"),
        choices=CONTACT_BY,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    contact_when = _public("contact_when", label=_("When is a good time?"))
    may_leave_message = forms.ChoiceField(
        label=_("If they do not answer, may we leave a message?"),
        help_text=_("If you choose nothing, we leave no message."),
        choices=MAY_LEAVE_MESSAGE,
        required=False,
        widget=forms.RadioSelect,
    )
    preferred_language = forms.ChoiceField(
        label=_("In which language do they want to talk?"),
        choices=LANGUAGES,
        required=False,
        initial="en",
    )
    patient_language = forms.ChoiceField(
        label=_("Language of the patient, if that is somebody else"),
        choices=[("", _("The same")), *LANGUAGES],
        required=False,
    )
    needs_interpreter = forms.BooleanField(label=_("They want an interpreter"), required=False)
    trials = TrialsField(
        label=_("Which trials?"),
        help_text=_("Up to four. None means: help me find one."),
        queryset=Trial.objects.none(),
        to_field_name="nct_id",
        required=False,
    )
    message = _public("message", label=_("What do they want to tell or ask us?"))
    is_adult = forms.BooleanField(label=_("They are 18 years old or older"), required=False)
    consent_given = forms.ChoiceField(
        label=_("How did they agree that we contact them?"),
        choices=ConsentGiven.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how they agreed")},
    )
    consent_language = forms.ChoiceField(
        label=_("In which language did they hear or read the text?"),
        choices=[("", _("Choose")), *settings.LANGUAGES],
        required=False,
    )
    consent_at = ClinicTimeField(
        label=_("When did they agree?"),
        error_messages={
            "required": _("Enter when they agreed"),
            "invalid": _("Enter day and time, like 2026-11-27 14:30"),
        },
    )
    consent_taken_by = PersonChoiceField(
        label=_("Who took the consent?"), queryset=User.objects.none(), empty_label=None
    )
    other_trials_consent = forms.BooleanField(
        label=_("They may be told about other trials that could fit"), required=False
    )
    patient_agrees = forms.BooleanField(
        label=_("The doctor or nurse says that the patient knows of this and agrees"),
        required=False,
    )
    spoke = forms.BooleanField(
        label=_("I spoke with them on the phone: this call was our first answer"),
        help_text=_("It stops the clock, and you become the assignee."),
        required=False,
    )
    owner = forms.ChoiceField(
        label=_("Who goes on with it?"),
        help_text=_("What names no trial is yours."),
        choices=[(ME, _("I do")), (TEAM, _("The team of the trial"))],
        initial=ME,
        widget=forms.RadioSelect,
    )
    form_token = forms.CharField(widget=forms.HiddenInput, required=False)
    # What the page has warned of already.
    warned = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.user = user
        trials = trials_to_enter_for(user)
        self.fields["trials"].queryset = trials  # type: ignore[attr-defined]
        if not trials.exists():
            self.fields["trials"].help_text = _("No open trial has you on its team.")
        self.fields["consent_taken_by"].queryset = colleagues(user)  # type: ignore[attr-defined]

    @property
    def groups(self) -> Iterator[tuple[str | Promise, list[BoundField]]]:
        """Yield the parts of the screen: a heading and its fields."""
        for title, names in _GROUPS:
            yield title, [self[name] for name in names]

    def clean_received_at(self) -> datetime:
        """Return the time; raises ValidationError outside the last year."""
        at: datetime = self.cleaned_data["received_at"]
        now = timezone.now()
        if at > now:
            raise forms.ValidationError(_("It cannot have come in the future"))
        if at < now - LONGEST_AGO:
            raise forms.ValidationError(_("That is more than a year ago: check the year"))
        return at

    def clean_consent_at(self) -> datetime:
        """Return the time; raises ValidationError for one that is still to come."""
        at: datetime = self.cleaned_data["consent_at"]
        if at > timezone.now():
            raise forms.ValidationError(_("They cannot have agreed in the future"))
        return at

    def clean_phone(self) -> str:
        """Return the number as typed; raises ValidationError as the public form does."""
        return InquiryForm.clean_phone(self)  # type: ignore[arg-type]

    def clean_trials(self) -> list[Trial]:
        """Return the trials; raises ValidationError for more than one can have in mind."""
        trials = list(self.cleaned_data["trials"])
        if len(trials) > MOST_TRIALS:
            raise forms.ValidationError(_("Choose four trials at most"))
        return trials

    def clean(self) -> dict[str, Any]:
        """Return what was entered; raises ValidationError for what does not go together."""
        cleaned = super().clean() or {}
        typed = (self.data.get(name, "").strip() for name in ("phone", "email", "address"))
        if not any(typed):
            self.add_error("phone", _("Enter a phone number, an email or a postal address"))
        if cleaned.get("may_email") and not self.data.get("email", "").strip():
            self.add_error("email", _("Enter the address to which we may write"))
        if self.is_clinician:
            self._need("practice", _("Enter the practice or hospital"))
            self._need("patient_agrees", _("Tick the box if the patient agrees"))
        else:
            self._need("is_adult", _("Tick the box if they are 18 or older. If not: tell a lead."))
            self._need("preferred_language", _("Choose a language"))
            self._need("consent_language", _("Choose the language of the text"))
            if cleaned.get("source") == Source.CLINICIAN:
                self.add_error("for_whom", _("Choose the doctor or nurse, or how else it came"))
        if cleaned.get("spoke") and cleaned.get("source") in (Source.FAX, Source.LETTER):
            self.add_error("spoke", _("A fax or letter is no call: record the call afterwards"))
        return cleaned

    def _need(self, name: str, error: str | Promise) -> None:
        if name not in self.errors and not self.cleaned_data.get(name):
            self.add_error(name, str(error))

    @property
    def is_clinician(self) -> bool:
        """Return whether a doctor or nurse speaks or writes."""
        return self.cleaned_data.get("for_whom") == CLINICIAN

    @property
    def answers(self) -> dict[str, Any]:
        """Return what was said, under the names that the public form has."""
        left_out = set(_OF_PERSONS) if self.is_clinician else {"practice", "patient_agrees"}
        if not self.cleaned_data["email"]:
            left_out.add("may_email")
        said = {name: self.cleaned_data[name] for name in _SAID if name not in left_out}
        if self.is_clinician:
            return said | {"other_trials_consent": False}
        return said | {"consent": True}

    @property
    def token(self) -> FormToken | None:
        """Return what this person's form carries; None when somebody else's was sent."""
        return read_form_token(self.cleaned_data["form_token"], token_purpose(self.user))

    @property
    def inquiry_id(self) -> Any:
        """Return the id of the inquiry that this becomes; sent twice, it is the same."""
        return self.token.inquiry_id if self.token else inquiry_id_without_token(self.answers)

    @property
    def language(self) -> str:
        """Return the language of the private page and of what is mailed."""
        spoken = self.cleaned_data.get("preferred_language")
        return spoken if spoken in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE

    @property
    def consent(self) -> Consent:
        """Return the consent with the version of the text as it was when it was given.

        Of a text that changed while the screen was open, the version is the one on the screen.
        The form gives minutes, and its token whole seconds.
        """
        data = self.cleaned_data
        version = CONSENT_VERSION
        if not self.is_clinician:
            shown_at = self.token.shown_at if self.token else timezone.now()
            given_at = data["consent_at"] + timedelta(minutes=1)
            texts = consents_at(min(given_at, shown_at + timedelta(seconds=1)))
            version = texts[data["consent_language"]].consent.version
        given = ConsentGiven(data["consent_given"])
        return Consent(version, given, data["consent_taken_by"], data["consent_at"])


def token_purpose(user: User) -> str:
    """Return what binds the token of this form to the person who opened it."""
    return f"entering.{user.pk}"


def consent_texts(moment: datetime) -> list[tuple[str, ConsentText]]:
    """Return the name of each language of the site with its consent text, to read out."""
    shown = consents_at(moment)
    return [(str(name), shown[code].consent) for code, name in settings.LANGUAGES]


_GROUPS: list[tuple[str | Promise, tuple[str, ...]]] = [
    (_("How it came"), ("source", "received_at")),
    (_("Who it is"), ("for_whom", "name", "practice")),
    (
        _("How to reach them"),
        (
            "phone",
            "may_leave_message",
            "email",
            "may_email",
            "address",
            "contact_by",
            "contact_when",
        ),
    ),
    (_("Language"), ("preferred_language", "patient_language", "needs_interpreter")),
    (_("What it is about"), ("trials", "message")),
    (
        _("Consent"),
        (
            "is_adult",
            "patient_agrees",
            "consent_given",
            "consent_language",
            "consent_at",
            "consent_taken_by",
            "other_trials_consent",
        ),
    ),
    (_("What happens next"), ("spoke", "owner")),
]
_SAID = (
    "for_whom",
    "name",
    "practice",
    "email",
    "may_email",
    "phone",
    "address",
    "contact_by",
    "contact_when",
    "may_leave_message",
    "preferred_language",
    "patient_language",
    "needs_interpreter",
    "message",
    "is_adult",
    "patient_agrees",
    "other_trials_consent",
)
# What a person wrote: shown again whatever keeps it from being saved.
TYPED = ("name", "practice", "phone", "email", "address", "contact_when", "message")
