"""The form about several trials at once: from "My list" and from the comparison."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from trials.comparison import LOOKED_UP, MOST
from trials.confirmations import is_confirmed
from trials.inquiries.views import InquiryFormView, find_trial
from trials.models import Trial


class SeveralTrialsView(InquiryFormView):
    """One inquiry about two to four trials; their numbers stand in the address, as in a comparison.

    Of those that closed here the page says so; the form goes on about the others.
    """

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the trials that the form is about."""
        super().setup(request, *args, **kwargs)
        found = _trials(request.POST.getlist("id") or request.GET.getlist("id"))
        self.trials = [trial for trial in found if trial.our_site_open][:MOST]
        self.left_out = [trial.nct_id for trial in found if trial not in self.trials]
        self.trial = next(iter([*self.trials, *found]), None)
        self.more_trials = self.trials[1:]
        self.is_available = bool(self.trials)
        self.confirmed = {trial.nct_id for trial in self.trials if is_confirmed(trial)}
        self.is_confirmed = bool(self.confirmed)

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Show an empty form; one trial or none has a form of its own."""
        if not self.more_trials:
            address = (
                reverse("inquiries:interest", args=[self.trial.nct_id])
                if self.trial
                else reverse("inquiries:help")
            )
            return HttpResponseRedirect(address)
        return super().get(request, **kwargs)

    def more_context(self) -> dict[str, Any]:
        """Return all the trials, and what the page says about some."""
        return {
            "trials": self.trials,
            "confirmed": self.confirmed,
            "left_out": self.left_out,
            "query": urlencode([("id", trial.nct_id) for trial in self.trials]),
        }


def _trials(given: list[str]) -> list[Trial]:
    """Return the different trials that ids lead to, in their order."""
    found = (find_trial(text) for text in list(dict.fromkeys(given))[:LOOKED_UP])
    return list(dict.fromkeys(trial for trial in found if trial))
