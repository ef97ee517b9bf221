"""The form, and its answer for closed trials and for urgent words."""

from http import HTTPStatus
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from clinic.error_pages import error_page
from clinic.forms import untyped_fields
from clinic.shared_computers import forget_on_going_back
from clinic.site_facts import clinic_settings, patient_texts
from trials.confirmations import is_confirmed
from trials.inquiries.clinician_form import CLINICIAN, CONSENT_VERSION, FROM, ClinicianForm
from trials.inquiries.consent import consent_text
from trials.inquiries.empty_forms import empty_form
from trials.inquiries.enums import Origin, Source
from trials.inquiries.forms import InquiryForm
from trials.inquiries.private_pages import private, typed_pairs
from trials.inquiries.services import Accepted, TooManyCorrectionsError, accept
from trials.inquiries.suspicion import quarantine_reasons
from trials.inquiries.synthetic import is_synthetic
from trials.inquiries.tokens import (
    FormToken,
    inquiry_id_without_token,
    new_form_token,
    read_form_token,
)
from trials.inquiries.urgent_words import has_urgent_words
from trials.models import Trial

# The buttons of the page that stops before urgent words are sent.
CONTINUE, CHANGE = "continue", "change"
FREE_TEXT = ("message", "contact_when")


def find_trial(nct_id: str) -> Trial | None:
    """Return the listed trial that an id as typed leads to, with what the form needs of it."""
    columns = ("nct_id", "brief_title", "our_site_open", "our_site_changed_at", "first_seen_at")
    found: Trial | None = Trial.objects.only(*columns, "missing_count").led_to(nct_id)
    return found


@method_decorator(sensitive_post_parameters(), name="dispatch")
class InquiryFormView(View):
    """The form about one trial (with an NCT id) or for help to find one (without)."""

    untyped_fields = untyped_fields(InquiryForm, ClinicianForm) | {CONTINUE, CHANGE}

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the trial that the form is about."""
        super().setup(request, *args, **kwargs)
        self.about: str = kwargs.get("nct_id", "")
        self.trial = find_trial(self.about) if self.about else None
        # Further trials of the same inquiry.
        self.more_trials: list[Trial] = []
        self.is_available = not self.about or bool(self.trial and self.trial.our_site_open)

    @cached_property
    def is_confirmed(self) -> bool:
        """Return whether our team confirmed lately that the trial takes new people here."""
        return bool(self.trial and self.trial.our_site_open and is_confirmed(self.trial))

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Show an empty form; other spellings and former ids lead to its address."""
        if self.trial and self.about and self.trial.nct_id != self.about:
            address = reverse("inquiries:interest", args=[self.trial.nct_id])
            return HttpResponsePermanentRedirect(address)
        if not (self.is_available or self.trial):
            return self._show_empty(HTTPStatus.NOT_FOUND)
        if request.META["QUERY_STRING"] not in ("", f"{FROM}={CLINICIAN}"):
            return self._show_empty(HTTPStatus.OK)
        response = empty_form(
            request,
            render=lambda: self._show_empty(HTTPStatus.OK),
            consent_version=lambda: consent_text(request).version,
        )
        return private(response)

    def _show_empty(self, status: HTTPStatus) -> HttpResponse:
        is_clinician = self.request.GET.get(FROM) == CLINICIAN
        form = (ClinicianForm if is_clinician else InquiryForm)(
            initial={
                "form_token": self._new_token(),
                "about": self.about,
                "preferred_language": get_language(),
            }
        )
        return self._show(form, status)

    @method_decorator(sensitive_variables("form"))
    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Accept the form, or show it again with what was typed."""
        if not self.is_available:
            form = self._kept_form(self.about)
            return self._show(form, HTTPStatus.CONFLICT if self.trial else HTTPStatus.NOT_FOUND)
        if CHANGE in request.POST or self._comes_from_the_other_form:
            return self._show(self._kept_form(self.about), HTTPStatus.OK)
        form = self._form_class(request.POST)
        if not form.is_valid():
            return self._show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        is_urgent = has_urgent_words("\n".join(form.cleaned_data[name] for name in FREE_TEXT))
        if is_urgent and CONTINUE not in request.POST:
            return self._stop()
        try:
            accepted = self._accept(form, is_urgent)
        except TooManyCorrectionsError:
            status = HTTPStatus.TOO_MANY_REQUESTS
            return error_page(request, status, template="inquiries/too_many.html")
        receipt = reverse("inquiries:receipt", args=[accepted.receipt_token])
        response = private(HttpResponseRedirect(receipt, status=HTTPStatus.SEE_OTHER))
        return forget_on_going_back(response)

    @method_decorator(sensitive_variables("form"))
    def _accept(self, form: InquiryForm, is_urgent: bool) -> Accepted:
        now = timezone.now()
        token = read_form_token(str(form.cleaned_data["form_token"]))
        is_ours = is_synthetic(self.request, token)
        suspicion = quarantine_reasons(self.request, form, token, now, is_synthetic=is_ours)
        return accept(
            inquiry_id=token.inquiry_id if token else inquiry_id_without_token(form.answers),
            answers=form.answers,
            trial=self.trial or find_trial(str(form.cleaned_data["about"])),
            more_trials=self.more_trials,
            language=get_language() or "en",
            origin=self._origin(form),
            consent_version=self._consent_version(form, token),
            quarantine_reasons=suspicion,
            source=Source.CLINICIAN if form.is_clinician else Source.WEB,
            is_urgent=is_urgent,
            is_synthetic=is_ours,
            request=self.request,
        )

    @property
    def _form_class(self) -> type[InquiryForm]:
        is_clinician = self.request.POST.get("for_whom") == CLINICIAN
        return ClinicianForm if is_clinician else InquiryForm

    @property
    def _comes_from_the_other_form(self) -> bool:
        """Return whether a doctor or nurse began with the form for patients."""
        return self._form_class is ClinicianForm and "practice" not in self.request.POST

    def _consent_version(self, form: InquiryForm, token: FormToken | None) -> str:
        if form.is_clinician:
            return CONSENT_VERSION
        return token.consent_version if token else consent_text(self.request).version

    def _stop(self) -> HttpResponse:
        """Say whom to call before anything is sent; all that was typed stays in the page."""
        context = {
            "action": self.request.path,
            "typed": typed_pairs(self.request, CONTINUE, CHANGE),
            "clinic": clinic_settings(self.request),
        }
        return private(render(self.request, "inquiries/urgent.html", context))

    def show_again(self) -> HttpResponse:
        """Return the filled form once more, for a post that was refused before it came here.

        Another site may have made the browser post a token that somebody else knows too, who would
        then share the inquiry and its private link: the form goes on under another id.
        """
        form = self._kept_form(self.about)
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
        return self._form_class(initial=initial | {"about": about})

    def more_context(self) -> dict[str, Any]:
        """Return what else the page shows."""
        return {}

    def _show(self, form: InquiryForm, status: HTTPStatus) -> HttpResponse:
        response = render(
            self.request,
            "inquiries/form.html",
            {
                "form": form,
                "trial": self.trial,
                **self.more_context(),
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
        return private(response)
