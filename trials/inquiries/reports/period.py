"""The filters of reports and export: a period, a trial, a language. Nothing about a person."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from clinic.site_facts import clinic_settings
from trials.inquiries.models import Inquiry, InquiryTrial
from trials.inquiries.promise import working_hours
from trials.inquiries.querysets import InquiryQuerySet
from trials.inquiries.reports.facts import Facts, facts
from trials.models import Trial

USUAL = timedelta(days=90)
LONGEST = timedelta(days=3660)
# Weeks are easier to read than months up to here.
_MOST_BY_WEEK = timedelta(days=100)


@dataclass(frozen=True)
class Scope:
    """What a report is about: inquiries received from a day to a day, both included."""

    first: date
    last: date
    trial: str = ""
    language: str = ""

    @property
    def starts_at(self) -> datetime:
        """Return the instant at which the first day begins."""
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def ends_before(self) -> datetime:
        """Return the instant at which the day after the last one begins."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))

    @property
    def is_by_week(self) -> bool:
        """Return whether the promise is told by week, not by month."""
        return self.last - self.first <= _MOST_BY_WEEK

    def inquiries(self, user: User) -> InquiryQuerySet:
        """Return the inquiries of the scope that a user may see."""
        found = Inquiry.objects.visible_to(user).filter(
            received_at__gte=self.starts_at, received_at__lt=self.ends_before
        )
        if self.trial:
            found = found.filter(trial_links__trial__nct_id=self.trial)
        if self.language:
            found = found.filter(language=self.language)
        return found

    def facts(self, user: User) -> Facts:
        """Return the facts of these inquiries."""
        hours = working_hours(clinic_settings())
        return facts(self.inquiries(user), hours, self.starts_at, timezone.now())

    def as_data(self) -> dict[str, str]:
        """Return the filters as they stand in addresses and in the audit."""
        data = {"from": self.first.isoformat(), "to": self.last.isoformat()}
        if self.trial:
            data["trial"] = self.trial
        if self.language:
            data["language"] = self.language
        return data

    def query(self) -> str:
        """Return the filters as the query of an address."""
        return urlencode(self.as_data())


class ScopeForm(forms.Form):
    """Chooses the scope; what is left open is the last 90 days, all trials and languages."""

    trial = forms.ModelChoiceField(
        label=_("Trial"),
        queryset=Trial.objects.none(),
        to_field_name="nct_id",
        required=False,
        empty_label=_("All"),
    )
    language = forms.ChoiceField(label=_("Language of the page"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # "from" is a word of Python, so the fields have no attribute to be written as.
        days = {"from": _("Received from"), "to": _("Received up to")}
        own = {
            name: forms.DateField(
                label=label,
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
            for name, label in days.items()
        }
        self.fields = {**own, **self.fields}
        named = InquiryTrial.objects.filter(trial=OuterRef("pk"))
        self.fields["trial"].queryset = (  # type: ignore[attr-defined]
            Trial.objects.filter(Exists(named)).only("nct_id").order_by("nct_id")
        )
        self.fields["trial"].label_from_instance = lambda trial: trial.nct_id  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", _("All")), *settings.LANGUAGES]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins or tomorrow, or began long ago."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        scope, today = self._scope(cleaned), timezone.localdate()
        if scope.last > today:
            self.add_error("to", _("The last day is not here yet."))
        elif scope.last < scope.first:
            self.add_error("to", _("The last day lies before the first."))
        elif scope.first < today - LONGEST:
            self.add_error("from", _("Reports go back ten years at most."))
        return cleaned

    def scope(self) -> Scope:
        """Return what was chosen; the usual for what cannot be read."""
        return self._scope(self.cleaned_data if self.is_valid() else {})

    def _scope(self, chosen: dict[str, Any]) -> Scope:
        last = chosen.get("to") or timezone.localdate()
        trial = chosen.get("trial")
        return Scope(
            # Nobody chooses a day before the calendar of Python begins, but it can be typed.
            first=chosen.get("from") or max(last, date.min + USUAL) - USUAL + timedelta(days=1),
            last=last,
            trial=trial.nct_id if trial else "",
            language=chosen.get("language") or "",
        )
