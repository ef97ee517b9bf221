"""Which trials an inquiry names, as staff change it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.inquiries import services
from trials.inquiries.models import Inquiry
from trials.inquiries.staff_actions import InquiryActionView
from trials.inquiries.staff_forms import TrialForm


class AddTrialView(InquiryActionView):
    done = gettext_lazy("The trial is added. Its team sees this inquiry too.")

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return TrialForm(self.request.POST)

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Add the trial."""
        services.add_trial(**_arguments(self, inquiry, data))

    def compare(self, now: Inquiry, data: dict[str, Any]) -> list[tuple[str, str, str]]:
        """Return the wanted trial beside those that are named."""
        return [(_("Trials"), f"+ {data['trial'].nct_id}", _named(now))]


class RemoveTrialView(InquiryActionView):
    done = gettext_lazy("The trial is taken off.")

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return TrialForm(self.request.POST)

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Take the trial off."""
        services.remove_trial(**_arguments(self, inquiry, data))

    def compare(self, now: Inquiry, data: dict[str, Any]) -> list[tuple[str, str, str]]:
        """Return the trial to take off beside those that are named."""
        return [(_("Trials"), f"− {data['trial'].nct_id}", _named(now))]


def _arguments(view: InquiryActionView, inquiry: Inquiry, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "inquiry_id": inquiry.pk,
        "trial": data["trial"],
        "version": data["version"],
        "actor": view.request.user,
        "request": view.request,
    }


def _named(inquiry: Inquiry) -> str:
    return ", ".join(inquiry.trials.order_by("nct_id").values_list("nct_id", flat=True)) or "—"
