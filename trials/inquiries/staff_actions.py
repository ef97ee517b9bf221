"""What one can do with an inquiry in the inbox."""

import uuid
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from trials.inquiries import services
from trials.inquiries.enums import Channel, InquiryState, Outcome, Visibility
from trials.inquiries.models import Inquiry
from trials.inquiries.staff_forms import AssignForm, AttemptForm, NoteForm, ReleaseForm, StateForm
from trials.inquiries.staff_views import INBOX, InquiryPageMixin


class InquiryActionView(InquiryPageMixin):
    """Does one thing with an inquiry and goes back to it."""

    http_method_names = ["post"]
    done: str | Promise = ""
    # Where a person writes: what was typed is shown again whatever keeps it from being saved.
    typed_fields: tuple[str, ...] = ()
    form_name = ""

    def post(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Do it, or say why not."""
        inquiry = get_object_or_404(Inquiry.objects.visible_to(self.request.user), pk=pk)
        form = self.get_form(inquiry)
        refusal = self._try(inquiry, form)
        if not refusal:
            messages.success(request, str(self.done))
        else:
            messages.error(request, refusal)
            if self.form_name:
                conflict = (
                    HTTPStatus.CONFLICT if form.is_valid() else HTTPStatus.UNPROCESSABLE_ENTITY
                )
                return self.show(pk, status=conflict, **{self.form_name: form})
        still_visible = Inquiry.objects.visible_to(self.request.user).filter(pk=pk).exists()
        return HttpResponseRedirect(reverse("inbox:inquiry", args=[pk]) if still_visible else INBOX)

    def _try(self, inquiry: Inquiry, form: forms.Form) -> str:
        """Do it, or return why not."""
        if not form.is_valid():
            return _first_error(form)
        try:
            self.act(inquiry, form.cleaned_data)
        except services.RefusedError as refusal:
            return str(refusal)
        return ""

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        raise NotImplementedError

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Call the service; raises RefusedError."""
        raise NotImplementedError


def _first_error(form: forms.Form) -> str:
    """Return the first error as a sentence; never what was typed."""
    return str(next(iter(form.errors.values()))[0])


class AssignView(InquiryActionView):
    done = gettext_lazy("Assigned.")

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return AssignForm(self.request.POST, inquiry=inquiry, user=self.request.user)

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Assign."""
        services.assign(
            inquiry_id=inquiry.pk,
            assignee=data["assignee"],
            actor=self.request.user,
            version=data["version"],
            request=self.request,
        )


class StateView(InquiryActionView):
    done = gettext_lazy("State changed.")

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return StateForm(self.request.POST, inquiry=inquiry, user=self.request.user)

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Change the state."""
        services.change_state(
            inquiry_id=inquiry.pk,
            state=InquiryState(data["new_state"]),
            closing=data["closing"],
            actor=self.request.user,
            version=data["version"],
            request=self.request,
        )


class AttemptView(InquiryActionView):
    done = gettext_lazy("Attempt recorded.")
    typed_fields = ("text",)
    form_name = "attempt_form"

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return AttemptForm(self.request.POST, auto_id="attempt_%s")

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Record the attempt."""
        services.record_attempt(
            inquiry_id=inquiry.pk,
            channel=Channel(data["channel"]),
            outcome=Outcome(data["outcome"]),
            at=data["at"],
            next_action_on=data["next_action_on"],
            text=data["text"],
            actor=self.request.user,
            version=data["version"],
            request=self.request,
        )


class NoteView(InquiryActionView):
    done = gettext_lazy("Note added.")
    typed_fields = ("text",)
    form_name = "note_form"

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return NoteForm(self.request.POST, auto_id="note_%s")

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Add the note."""
        services.add_note(
            inquiry_id=inquiry.pk,
            text=data["text"],
            visibility=Visibility(data["visibility"]),
            actor=self.request.user,
            request=self.request,
        )


class ReleaseView(InquiryActionView):
    done = gettext_lazy("Released from quarantine.")

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return ReleaseForm(self.request.POST)

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Release."""
        services.release(
            inquiry_id=inquiry.pk,
            actor=self.request.user,
            version=data["version"],
            request=self.request,
        )
