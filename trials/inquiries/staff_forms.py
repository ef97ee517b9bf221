"""Forms of one inquiry, of the teams and of access in an emergency."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from trials.inquiries.enums import (
    CLOSINGS,
    ENDS,
    NEXT_STEPS,
    REASONS,
    TOLD_IN_ATTEMPTS,
    TRANSITIONS,
    Channel,
    Closing,
    EmergencyReason,
    InquiryState,
    Outcome,
    TeamRole,
    Visibility,
    may_follow,
)
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import COORDINATORS, LEADS, possible_assignees, user_is_lead
from trials.inquiries.services import closing_attempts
from trials.models import Trial

LONGEST_NOTE = 10_000


class PersonChoiceField(forms.ModelChoiceField):
    """Members of staff by name."""

    def label_from_instance(self, obj: User) -> str:
        """Return the name, or the address of somebody without one."""
        return obj.get_full_name() or obj.email


class VersionedForm(forms.Form):
    """A change to the inquiry as it was when the page was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class AssignForm(VersionedForm):
    assignee = PersonChoiceField(label=_("Assignee"), queryset=User.objects.none())

    def __init__(self, *args: Any, inquiry: Inquiry, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = possible_assignees(inquiry, user)  # type: ignore[attr-defined]


class StateForm(VersionedForm):
    """One button per state that may follow; an end comes with its reason and its message."""

    state = forms.ChoiceField(choices=InquiryState.choices, required=False)
    ending = forms.ChoiceField(label=_("End"), required=False)
    reason = forms.ChoiceField(
        label=_("Reason"),
        help_text=_("Needed for the ends that the list names."),
        required=False,
    )
    closing = forms.ChoiceField(
        label=_("How the sender learns"),
        help_text=_("To choose a call or a letter, record it first: as an attempt."),
        required=False,
    )
    tell_sender = forms.BooleanField(
        label=_("Also write to the sender that there is a next step"), required=False
    )

    def __init__(self, *args: Any, inquiry: Inquiry, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        following = [
            state
            for state in TRANSITIONS[InquiryState(inquiry.state)]
            if may_follow(inquiry.state, state, is_lead=user_is_lead(user))
        ]
        if inquiry.merged_into_id:
            following = []
        # Ends that a person chooses: duplicates end by being merged.
        ends = [state for state in following if state in ENDS and state != InquiryState.DUPLICATE]
        self.buttons = [state for state in following if state not in ENDS]
        self.ends = ends
        self.has_next_steps = bool(set(self.buttons) & set(NEXT_STEPS))
        self._choose_from("ending", _("Choose an end"), [(end.value, end.label) for end in ends])
        self._choose_from(
            "reason",
            _("Choose a reason"),
            [
                (end.label, [(reason.value, reason.label) for reason in REASONS[end]])
                for end in ends
                if end in REASONS
            ],
        )
        self._choose_from("closing", _("Choose how"), list(_closing_choices(inquiry, ends)))

    @property
    def fields_of_ends(self) -> list[forms.BoundField]:
        """Return the fields that say how an inquiry ends."""
        return [self[name] for name in ("ending", "reason", "closing")]

    def _choose_from(self, name: str, nothing: Any, choices: list[Any]) -> None:
        self.fields[name].choices = [("", nothing), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Return the new state and its closing; raises ValidationError when neither was chosen."""
        cleaned = super().clean() or {}
        cleaned["new_state"] = cleaned.get("state") or cleaned.get("ending")
        if not cleaned["new_state"]:
            raise forms.ValidationError(_("Choose a state or an end."))
        closings = CLOSINGS.get(InquiryState(cleaned["new_state"]), ())
        if len(closings) == 1:
            cleaned["closing"] = closings[0]
        return cleaned


def _closing_choices(inquiry: Inquiry, ends: Sequence[InquiryState]) -> Iterator[tuple[str, str]]:
    """Yield how the sender can learn of an end; a call or letter only when one is recorded."""
    told = closing_attempts(inquiry) if ends else {}
    possible = {closing for end in ends for closing in CLOSINGS[end] if len(CLOSINGS[end]) > 1}
    for closing in Closing:
        attempt = told.get(closing)
        if closing not in possible or (closing in TOLD_IN_ATTEMPTS and attempt is None):
            continue
        at = date_format(timezone.localtime(attempt.at), "SHORT_DATETIME_FORMAT") if attempt else ""
        yield closing.value, f"{closing.label} ({at})" if at else str(closing.label)


class AttemptForm(VersionedForm):
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", _("Choose")), *Channel.choices])
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", _("Choose")), *Outcome.choices])
    at = forms.DateTimeField(
        label=_("When"),
        initial=timezone.localtime,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    next_action_on = forms.DateField(
        label=_("Next action on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    text = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    tell_sender = forms.BooleanField(
        label=_("Also write to the sender that we tried to reach them"), required=False
    )


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
    visibility = forms.ChoiceField(
        label=_("Who may read it"), choices=Visibility.choices, initial=Visibility.TEAM
    )


class NextActionForm(VersionedForm):
    next_action_on = forms.DateField(
        label=_("Next action on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class ToldForm(VersionedForm):
    """How the sender learned of an end after the closing message came back, or why not."""

    closing = forms.ChoiceField(label=_("How the sender learns"))
    told_at = forms.DateTimeField(
        label=_("When, for a call or a letter"),
        initial=timezone.localtime,
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, inquiry: Inquiry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        closings = CLOSINGS.get(InquiryState(inquiry.state), ())
        self.fields["closing"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose how")),
            *[(closing.value, _AGAIN.get(closing, closing.label)) for closing in closings],
        ]


_AGAIN = {Closing.MESSAGE: _("Send the closing message once more, to the address as it is now")}


class TrialForm(VersionedForm):
    """A trial to add, or one to take off; the service says which may be."""

    trial = forms.ModelChoiceField(
        label=_("Add a trial"),
        queryset=Trial.objects.only("nct_id", "brief_title", "our_site_open"),
        to_field_name="nct_id",
        error_messages={"required": _("Choose a trial.")},
    )


class ReleaseForm(VersionedForm):
    pass


class MergeForm(VersionedForm):
    """The two inquiries as they were shown."""

    other = forms.UUIDField(widget=forms.HiddenInput)
    other_version = forms.IntegerField(widget=forms.HiddenInput)


class UndoMergeForm(VersionedForm):
    pass


class EmergencyForm(forms.Form):
    """Which inquiry, and why; the answer to why is kept, so it holds no personal data."""

    q = forms.CharField(
        label=_("Reference, full name, email or phone"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *EmergencyReason.choices]
    )
    case_number = forms.RegexField(
        label=_("Case or ticket number, if there is one"),
        regex=r"^[A-Za-z0-9/_-]*$",
        max_length=30,
        required=False,
        error_messages={"invalid": _("Letters, digits and - _ / only.")},
    )


class TeamMemberForm(forms.Form):
    trial = forms.ModelChoiceField(
        label=_("Trial"), queryset=Trial.objects.none(), to_field_name="nct_id"
    )
    user = PersonChoiceField(label=_("Person"), queryset=User.objects.none())
    role = forms.ChoiceField(label=_("Role"), choices=TeamRole.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trial"].queryset = Trial.objects.only(  # type: ignore[attr-defined]
            "nct_id", "brief_title"
        )
        self.fields["user"].queryset = (  # type: ignore[attr-defined]
            get_user_model()
            .objects.filter(is_active=True, groups__name__in=(COORDINATORS, LEADS))
            .distinct()
        )
