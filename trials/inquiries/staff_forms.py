"""Forms of the inbox."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.models import User
from trials.inquiries.enums import (
    CLOSINGS,
    ENDS,
    TRANSITIONS,
    Channel,
    InquiryState,
    Outcome,
    TeamRole,
    Visibility,
    may_follow,
)
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import COORDINATORS, LEADS, possible_assignees, user_is_lead
from trials.models import Trial

LONGEST_NOTE = 10_000


class PersonChoiceField(forms.ModelChoiceField):
    """Members of staff by name."""

    def label_from_instance(self, obj: User) -> str:
        """Return the name, or the address of somebody without one."""
        return obj.get_full_name() or obj.email


class FilterForm(forms.Form):
    """Which part of the inbox is shown; nothing personal, so it may stand in the address."""

    SHOW = [
        ("open", pgettext_lazy("inquiries", "Open")),
        ("mine", _("Assigned to me")),
        ("unassigned", _("Nobody assigned")),
        ("overdue", _("Overdue")),
        ("trial_closed", _("Trial closed")),
        ("quarantine", _("Quarantine")),
        ("closed", pgettext_lazy("inquiries", "Closed")),
        ("all", _("All")),
    ]
    show = forms.ChoiceField(label=_("Show"), choices=SHOW, required=False)
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("Any")), *InquiryState.choices], required=False
    )
    trial = forms.ModelChoiceField(
        label=_("Trial"),
        queryset=Trial.objects.none(),
        to_field_name="nct_id",
        required=False,
        empty_label=_("Any"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trials = Trial.objects.only("nct_id", "brief_title")
        mine = trials.filter(team__user=user)
        self.fields["trial"].queryset = (  # type: ignore[attr-defined]
            trials.filter(inquiries__isnull=False).distinct() if user_is_lead(user) else mine
        )


class SearchForm(forms.Form):
    """Sent by POST: names and numbers of patients do not belong into addresses and logs."""

    q = forms.CharField(
        label=_("Reference, full name, email or phone"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class VersionedForm(forms.Form):
    """A change to the inquiry as it was when the page was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class AssignForm(VersionedForm):
    assignee = PersonChoiceField(label=_("Assignee"), queryset=User.objects.none())

    def __init__(self, *args: Any, inquiry: Inquiry, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = possible_assignees(inquiry, user)  # type: ignore[attr-defined]


class StateForm(VersionedForm):
    """One button per state that may follow; ends come with how the sender learns of them."""

    state = forms.ChoiceField(choices=InquiryState.choices, required=False)
    ending = forms.ChoiceField(label=_("End this inquiry"), required=False)

    def __init__(self, *args: Any, inquiry: Inquiry, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        following = [
            state
            for state in TRANSITIONS[InquiryState(inquiry.state)]
            if may_follow(inquiry.state, state, is_lead=user_is_lead(user))
        ]
        self.buttons = [state for state in following if state not in ENDS]
        self.fields["ending"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose an end")),
            *(
                (end.label, [(f"{end}:{how}", how.label) for how in CLOSINGS[end]])
                for end in following
                if end in ENDS
            ),
        ]

    @property
    def has_ends(self) -> bool:
        """Return whether the inquiry can be ended from where it is."""
        return len(self.fields["ending"].choices) > 1  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Return the new state and its closing; raises ValidationError when neither was chosen."""
        cleaned = super().clean() or {}
        end, _colon, cleaned["closing"] = cleaned.get("ending", "").partition(":")
        cleaned["new_state"] = cleaned.get("state") or end
        if not cleaned["new_state"]:
            raise forms.ValidationError(_("Choose a state or an end."))
        return cleaned


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


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
    visibility = forms.ChoiceField(
        label=_("Who may read it"), choices=Visibility.choices, initial=Visibility.TEAM
    )


class ReleaseForm(VersionedForm):
    pass


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
