"""The sender's side: the form, its answer for closed trials, and the private page."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from clinic.error_pages import error_page
from clinic.models import PatientText
from clinic.site_facts import clinic_settings, patient_texts
from trials.confirmations import is_confirmed
from trials.inquiries.consent import consent_text
from trials.inquiries.enums import Origin
from trials.inquiries.forms import InquiryForm
from trials.inquiries.models import ReceiptStatus
from trials.inquiries.services import Accepted, TooManyCorrectionsError, accept
from trials.inquiries.suspicion import quarantine_reasons
from trials.inquiries.tokens import (
    inquiry_id_without_token,
    new_form_token,
    read_form_token,
    receipt_hash,
)
from trials.models import Trial


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex"
    return response


def _find_trial(nct_id: str) -> Trial | None:
    trials = Trial.objects.listed().only(
        "nct_id", "brief_title", "our_site_open", "our_site_changed_at", "first_seen_at"
    )
    wanted = nct_id.upper()
    return trials.filter(nct_id=wanted).first() or trials.filter(aliases__alias=wanted).first()


@method_decorator(sensitive_post_parameters(), name="dispatch")
class InquiryFormView(View):
    """The form about one trial (with an NCT id) or for help to find one (without)."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the trial that the form is about."""
        super().setup(request, *args, **kwargs)
        nct_id = kwargs.get("nct_id", "")
        self.trial = _find_trial(nct_id) if nct_id else None
        self.is_available = not nct_id or bool(self.trial and self.trial.our_site_open)
        self.is_confirmed = bool(
            self.trial and self.trial.our_site_open and is_confirmed(self.trial)
        )

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Show an empty form."""
        form = InquiryForm(
            initial={
                "form_token": self._new_token(),
                "about": kwargs.get("nct_id", ""),
                "preferred_language": get_language(),
            }
        )
        status = HTTPStatus.OK if self.is_available or self.trial else HTTPStatus.NOT_FOUND
        return self._show(form, status)

    @method_decorator(sensitive_variables("form"))
    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Accept the form, or show it again with what was typed."""
        if not self.is_available:
            form = self._kept_form(kwargs["nct_id"])
            return self._show(form, HTTPStatus.CONFLICT if self.trial else HTTPStatus.NOT_FOUND)
        form = InquiryForm(request.POST)
        if not form.is_valid():
            return self._show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            accepted = self._accept(form)
        except TooManyCorrectionsError:
            status = HTTPStatus.TOO_MANY_REQUESTS
            return error_page(request, status, template="inquiries/too_many.html")
        receipt = reverse("inquiries:receipt", args=[accepted.receipt_token])
        return _private(HttpResponseRedirect(receipt, status=HTTPStatus.SEE_OTHER))

    @method_decorator(sensitive_variables("form"))
    def _accept(self, form: InquiryForm) -> Accepted:
        now = timezone.now()
        token = read_form_token(str(form.cleaned_data["form_token"]))
        return accept(
            inquiry_id=token.inquiry_id if token else inquiry_id_without_token(form.answers),
            answers=form.answers,
            trial=self.trial or _find_trial(str(form.cleaned_data["about"])),
            language=get_language() or "en",
            origin=self._origin(form),
            consent_version=token.consent_version if token else consent_text(self.request).version,
            quarantine_reasons=quarantine_reasons(self.request, form, token, now),
            request=self.request,
        )

    def show_again(self) -> HttpResponse:
        """Return the filled form once more, for a post that was refused before it came here.

        Another site may have made the browser post a token that somebody else knows too, who would
        then share the inquiry and its private link: the form goes on under another id.
        """
        form = self._kept_form(self.kwargs.get("nct_id", ""))
        token = read_form_token(form.initial["form_token"])
        form.initial["form_token"] = (
            token.for_another_inquiry().signed() if token else self._new_token()
        )
        return self._show(form, HTTPStatus.FORBIDDEN)

    def _origin(self, form: InquiryForm) -> Origin:
        if self.trial:
            return Origin.TRIAL if self.is_confirmed else Origin.UNCONFIRMED_TRIAL
        return Origin.CLOSED_TRIAL if form.cleaned_data["about"] else Origin.HELP

    def _new_token(self) -> str:
        return new_form_token(timezone.now(), consent_text(self.request).version).signed()

    def _kept_form(self, about: str) -> InquiryForm:
        """Return an unchecked form that holds everything typed so far."""
        typed = {name: self.request.POST.getlist(name) for name in self.request.POST}
        initial = {
            name: values if name == "contact_by" else values[-1] for name, values in typed.items()
        }
        initial["form_token"] = initial.get("form_token") or self._new_token()
        return InquiryForm(initial=initial | {"about": about})

    def _show(self, form: InquiryForm, status: HTTPStatus) -> HttpResponse:
        response = render(
            self.request,
            "inquiries/form.html",
            {
                "form": form,
                "trial": self.trial,
                "is_available": self.is_available,
                "is_confirmed": self.is_confirmed,
                "is_refused": status == HTTPStatus.FORBIDDEN,
                "action": self.request.path if self.is_available else reverse("inquiries:help"),
                "consent": consent_text(self.request),
                "clinic": clinic_settings(self.request),
                "texts": patient_texts(self.request),
            },
            status=status,
        )
        return _private(response)


class ReceiptView(View):
    """The sender's private page. A GET changes nothing: mail scanners open links."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show how far the request has come; never who sent it or what it is about."""
        receipt = ReceiptStatus.objects.filter(
            token_hash=receipt_hash(token), expires_at__gt=timezone.now()
        ).first()
        texts = patient_texts(request)
        context = {
            "receipt": receipt,
            "clinic": clinic_settings(request),
            "thank_you": texts.get(PatientText.Key.THANK_YOU),
            "next_steps": texts.get(PatientText.Key.NEXT_STEPS),
            "texts": texts,
        }
        status = HTTPStatus.OK if receipt else HTTPStatus.NOT_FOUND
        response = _private(render(request, "inquiries/receipt.html", context, status=status))
        response["Referrer-Policy"] = "no-referrer"
        return response
