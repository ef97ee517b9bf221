"""The screen on which staff enter an inquiry that came by phone, fax or letter."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.sealing import SealingError
from clinic.site_facts import clinic_settings
from trials.inquiries import services
from trials.inquiries.duplicates import Duplicate
from trials.inquiries.entering_forms import ME, TYPED, EnterForm, consent_texts, token_purpose
from trials.inquiries.enums import Source
from trials.inquiries.lookup import index_submissions
from trials.inquiries.staff_views import INBOX, InboxAccessMixin, StaffRequest
from trials.inquiries.tokens import new_form_token
from trials.inquiries.urgent_words import has_urgent_words
from trials.inquiries.views import FREE_TEXT

URGENT = "urgent"
_SEVERAL = ("contact_by", "trials")


class EnterView(InboxAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """One form; before it is saved it says who may be the same person, and what sounds urgent."""

    request: StaffRequest
    template_name = "inquiries/admin/enter.html"
    page_title = gettext_lazy("Enter an inquiry")
    header_icon = "mail"
    typed_fields = TYPED
    # What comes after the end of the session is kept as a draft, whole.
    keeps_entry = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [
            *self.breadcrumbs_items,
            {"url": INBOX, "label": _("Inquiries")},
            {"url": "", "label": self.page_title},
        ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form, with what this person was entering when they were logged out."""
        draft = services.entry_draft_of(self.request.user)
        return self._show(self._new_form(draft or {}), is_draft=draft is not None)

    @method_decorator(sensitive_variables("form"))
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save it, or show what is wrong or has to be known before."""
        if "discard" in request.POST:
            services.discard_entry_draft(user=self.request.user)
            messages.success(request, _("The draft is deleted."))
            return HttpResponseRedirect(reverse("inbox:enter"))
        typed = request.POST.copy()
        form = EnterForm(typed, user=self.request.user)
        if not form.is_valid():
            return self._show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        text = "\n".join(form.cleaned_data[name] for name in FREE_TEXT)
        is_urgent, same = has_urgent_words(text), self._same_person(form)
        warnings = {one.inquiry.reference for one in same} | ({URGENT} if is_urgent else set())
        if not warnings <= set(form.cleaned_data["warned"].split(",")):
            typed["warned"] = ",".join(sorted(warnings))
            return self._show(form, HTTPStatus.CONFLICT, is_urgent=is_urgent, same=same)
        try:
            accepted = self._enter(form, is_urgent)
        except (services.RefusedError, services.TooManyCorrectionsError) as refusal:
            form.add_error(None, str(refusal) or _("This was sent too often with other answers."))
            return self._show(form, HTTPStatus.CONFLICT)
        if accepted.is_new:
            messages.success(request, _("Saved as %s.") % accepted.reference)
        else:
            messages.warning(
                request,
                _("This form was saved before, as %s. Its trials and its consent are as then.")
                % accepted.reference,
            )
        return HttpResponseRedirect(
            reverse("inbox:inquiry", args=[form.inquiry_id]), status=HTTPStatus.SEE_OTHER
        )

    def _same_person(self, form: EnterForm) -> list[Duplicate]:
        with suppress(SealingError):  # the worker says so, when it runs the same as a job
            index_submissions()
        return services.look_for_same_person(
            inquiry_id=form.inquiry_id,
            answers=form.answers,
            actor=self.request.user,
            request=self.request,
        )

    @method_decorator(sensitive_variables("form"))
    def _enter(self, form: EnterForm, is_urgent: bool) -> services.Accepted:
        data = form.cleaned_data
        return services.enter(
            inquiry_id=form.inquiry_id,
            answers=form.answers,
            source=Source(data["source"]),
            received_at=data["received_at"],
            trials=data["trials"],
            language=form.language,
            consent=form.consent,
            is_mine=data["owner"] == ME,
            spoke=data["spoke"],
            is_urgent=is_urgent,
            actor=self.request.user,
            request=self.request,
        )

    def _new_form(self, draft: dict[str, list[str]]) -> EnterForm:
        now, user = timezone.now(), self.request.user
        initial: dict[str, Any] = {
            "received_at": now,
            "consent_at": now,
            "consent_taken_by": user.pk,
            "form_token": new_form_token(now, "").signed(token_purpose(user)),
        }
        for name, values in draft.items():
            if name in EnterForm.base_fields and name != "warned" and values:
                initial[name] = values if name in _SEVERAL else values[-1]
        return EnterForm(initial=initial, user=user)

    def _show(
        self, form: EnterForm, status: HTTPStatus = HTTPStatus.OK, **context: Any
    ) -> HttpResponse:
        shown = self.get_context_data(
            form=form,
            consent_texts=consent_texts(timezone.now()),
            clinic=clinic_settings(self.request),
            **context,
        )
        return self.render_to_response(shown, status=status)
