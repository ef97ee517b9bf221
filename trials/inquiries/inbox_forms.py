"""Forms of the list of inquiries: its filters, the search, and what is done with many at once."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.models import User
from trials.inquiries.enums import ENDS, InquiryState, Source
from trials.inquiries.models import InquiryTrial
from trials.inquiries.permissions import colleagues, covered_ids, user_is_lead
from trials.inquiries.querysets import InquiryQuerySet
from trials.inquiries.staff_forms import PersonChoiceField
from trials.models import Trial

Choose = Callable[[InquiryQuerySet, User, datetime], InquiryQuerySet]


@dataclass(frozen=True)
class Part:
    """A part of the inbox with a tab of its own."""

    label: str | Promise
    choose: Choose
    # Whether the tab says how many there are, and whether that is an alert.
    is_counted: bool = False
    is_alert: bool = False
    # Whether inquiries can be among them that have ended and of whose end the sender knows.
    has_ended: bool = False


PARTS: dict[str, Part] = {
    "queue": Part(_("My queue"), lambda found, user, _now: found.queue_of(user)),
    "open": Part(
        pgettext_lazy("inquiries", "Open"),
        lambda found, _user, _now: found.open().filter(is_quarantined=False),
    ),
    "overdue": Part(
        _("Overdue"),
        lambda found, _user, now: found.overdue(now),
        is_counted=True,
        is_alert=True,
    ),
    "passed_up": Part(
        _("Passed up"),
        lambda found, _user, now: found.passed_up(now),
        is_counted=True,
        is_alert=True,
    ),
    "not_told": Part(
        _("Sender not told"),
        lambda found, _user, _now: found.not_told(),
        is_counted=True,
        is_alert=True,
    ),
    "urgent": Part(
        _("Urgent words"),
        lambda found, _user, _now: found.urgent(),
        is_counted=True,
        is_alert=True,
    ),
    "asked": Part(
        _("The sender asked"),
        lambda found, _user, _now: found.asked_by_sender(),
        has_ended=True,
    ),
    "today": Part(
        _("Next action today"),
        lambda found, _user, now: found.wants_action(timezone.localdate(now)),
        is_counted=True,
    ),
    "mine": Part(_("Assigned to me"), lambda found, user, _now: found.open().filter(assignee=user)),
    "unassigned": Part(
        _("Nobody assigned"), lambda found, _user, _now: found.unassigned(), is_counted=True
    ),
    "trial_closed": Part(_("Trial closed"), lambda found, _user, _now: found.about_closed_trials()),
    "quarantine": Part(
        _("Quarantine"),
        lambda found, _user, _now: found.quarantined(),
        is_counted=True,
        has_ended=True,
    ),
    "closed": Part(
        pgettext_lazy("inquiries", "Closed"),
        lambda found, _user, _now: found.filter(state__in=(InquiryState.ENROLLED, *ENDS)),
        has_ended=True,
    ),
    "all": Part(_("All"), lambda found, _user, _now: found, has_ended=True),
}


class FilterForm(forms.Form):
    """Which part of the inbox is shown; nothing personal, so it may stand in the address."""

    show = forms.ChoiceField(
        label=_("Show"), choices=[(key, part.label) for key, part in PARTS.items()], required=False
    )
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
    assignee = PersonChoiceField(
        label=_("Assignee"), queryset=User.objects.none(), required=False, empty_label=_("Any")
    )
    source = forms.ChoiceField(
        label=_("Source"), choices=[("", _("Any")), *Source.choices], required=False
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("Any")), *settings.LANGUAGES], required=False
    )
    interpreter = forms.BooleanField(label=_("Needs an interpreter"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["trial"].queryset = _trials_of(user)  # type: ignore[attr-defined]
        self.people = colleagues(user)
        self.fields["assignee"].queryset = self.people  # type: ignore[attr-defined]
        self.is_valid()  # what is not valid is missing below, and so filters nothing

    @property
    def part(self) -> str:
        """Return the key of the part: leads begin with all that is open, others with their work."""
        default = "open" if user_is_lead(self.user) else "queue"
        return self.cleaned_data.get("show") or default

    @property
    def in_use(self) -> list[str]:
        """Return the names of the filters that are set, besides the part."""
        return [name for name, value in self.cleaned_data.items() if value and name != "show"]

    def apply(self, inquiries: InquiryQuerySet, now: datetime) -> InquiryQuerySet:
        """Return those of some inquiries that are wanted."""
        wanted = self.cleaned_data
        inquiries = PARTS[self.part].choose(inquiries, self.user, now)
        for name in ("state", "assignee", "source", "language"):
            if wanted.get(name):
                inquiries = inquiries.filter(**{name: wanted[name]})
        if wanted.get("trial"):
            inquiries = inquiries.filter(trial_links__trial=wanted["trial"])
        if wanted.get("interpreter"):
            inquiries = inquiries.filter(needs_interpreter=True)
        return inquiries

    def query(self) -> str:
        """Return what is wanted as the query of an address, whatever else was sent left out."""
        written = {"show": self.part}
        for name in self.in_use:
            value = self.cleaned_data[name]
            match value:
                case Trial():
                    written[name] = value.nct_id
                case User():
                    written[name] = str(value.pk)
                case True:
                    written[name] = "on"
                case _:
                    written[name] = value
        return urlencode(written)


def _trials_of(user: User) -> Any:
    trials = Trial.objects.only("nct_id", "brief_title").order_by("nct_id")
    if user_is_lead(user):
        return trials.filter(Exists(InquiryTrial.objects.filter(trial=OuterRef("pk"))))
    return trials.filter(team__user__in=[user.pk, *covered_ids(user)]).distinct()


class SearchForm(forms.Form):
    """Sent by POST: names and numbers of patients do not belong into addresses and logs."""

    q = forms.CharField(
        label=_("Reference, full name, email or phone"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SaveFilterForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        help_text=_("No names of patients, please."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    query = forms.CharField(max_length=400, widget=forms.HiddenInput, required=False)


class BulkAssignForm(forms.Form):
    """Whom the ticked inquiries go to."""

    assignee = PersonChoiceField(
        label=_("Give the ticked ones to"),
        queryset=User.objects.none(),
        empty_label=_("Choose a person"),
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = people  # type: ignore[attr-defined]


def read_chosen(values: list[str]) -> list[tuple[uuid.UUID, int]]:
    """Return the ids and versions of the ticked rows; what we did not write is left out."""
    chosen = {}
    for value in values:
        pk, _dot, version = value.partition(".")
        try:
            chosen[uuid.UUID(pk)] = int(version)
        except ValueError:
            continue
    return list(chosen.items())
