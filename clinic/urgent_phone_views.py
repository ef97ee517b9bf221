"""The screen where one person proposes the 24/7 number and another one confirms it."""

from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.admin import messages

from clinic import urgent_phone
from clinic.models import ClinicSettings
from clinic.site_facts import clinic_settings

REGION = "US"


def read_number(text: str) -> str:
    """Return the number as Americans write it; raises ValidationError when it cannot be dialled."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(gettext_lazy("Enter a phone number with its area code.")) from error
    if not phonenumbers.is_possible_number(number):
        raise ValidationError(gettext_lazy("Enter a phone number with its area code."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


class ProposalForm(forms.Form):
    """Another number for the 24/7 line."""

    number = forms.CharField(
        label=gettext_lazy("New 24/7 number"),
        max_length=40,
        help_text=gettext_lazy("Call it yourself before you send this form."),
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        """Return the number in the national format."""
        return read_number(self.cleaned_data["number"])


class UrgentPhoneView(View):
    """Shows the number and its proposal; a POST proposes, confirms or withdraws."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        allowed = urgent_phone.user_can_propose(request.user) or request.user.has_perm(
            urgent_phone.PERMISSION
        )
        if not allowed:
            raise PermissionDenied
        self.clinic = clinic_settings(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the screen."""
        return self.show(request, ProposalForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do what the button says and come back."""
        form = ProposalForm(request.POST)
        action = request.POST.get("action")
        if action == "propose" and not form.is_valid():
            return self.show(request, form)
        try:
            self.act(request, action, form)
        except urgent_phone.UrgentPhoneRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("urgent_phone")

    def act(self, request: HttpRequest, action: str | None, form: ProposalForm) -> None:
        """Carry out the action; raises UrgentPhoneRefused."""
        who = {"settings_id": self.clinic.pk, "user": request.user, "request": request}
        if action == "propose":
            urgent_phone.propose(number=form.cleaned_data["number"], **who)
            messages.success(request, _("Proposed. A second person has to confirm the number."))
        elif action == "confirm":
            urgent_phone.confirm(number=request.POST.get("proposed", ""), **who)
            messages.success(request, _("The new 24/7 number stands on the site now."))
        elif action == "withdraw":
            urgent_phone.withdraw(**who)
            messages.success(request, _("The proposal is withdrawn."))

    def show(self, request: HttpRequest, form: ProposalForm) -> HttpResponse:
        """Return the screen with the form."""
        clinic: ClinicSettings = self.clinic
        context = {
            "form": form,
            "clinic": clinic,
            "can_propose": urgent_phone.user_can_propose(request.user),
            "can_confirm": urgent_phone.user_can_confirm(request.user, clinic),
        }
        return TemplateResponse(request, "wagtailadmin/clinic/urgent_phone.html", context)
