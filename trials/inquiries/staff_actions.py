"""What one can do with an inquiry in the inbox."""

import uuid
from datetime import date
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import User
from trials.inquiries import services
from trials.inquiries.enums import Channel, DraftKind, InquiryState, Outcome, Visibility
from trials.inquiries.models import Inquiry
from trials.inquiries.querysets import InquiryQuerySet
from trials.inquiries.staff_forms import (
    AssignForm,
    AttemptForm,
    MergeForm,
    NextActionForm,
    NoteForm,
    ReleaseForm,
    StateForm,
    UndoMergeForm,
)
from trials.inquiries.staff_views import INBOX, InquiryPageMixin


class InquiryActionView(InquiryPageMixin):
    """Does one thing with an inquiry and goes back to it."""

    http_method_names = ["post"]
    done: str | Promise = ""
    # Where a person writes: what was typed is shown again whatever keeps it from being saved.
    typed_fields: tuple[str, ...] = ()
    form_name = ""

    def find(self) -> InquiryQuerySet:
        """Return the inquiries with which this may be done."""
        return Inquiry.objects.visible_to(self.request.user)

    def post(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Do it, or say why not."""
        inquiry = get_object_or_404(self.find(), pk=pk)
        form = self.get_form(inquiry)
        if not form.is_valid():
            messages.error(request, _first_error(form))
            if self.form_name:
                return self._show_again(pk, form, HTTPStatus.UNPROCESSABLE_ENTITY)
            return self._back(pk)
        try:
            self.act(inquiry, form.cleaned_data)
        except services.StaleError as refusal:
            messages.error(request, str(refusal))
            now = get_object_or_404(self.find().select_related("assignee"), pk=pk)
            compared = self.compare(now, form.cleaned_data)
            return self._show_again(pk, form, HTTPStatus.CONFLICT, conflict=compared)
        except services.RefusedError as refusal:
            messages.error(request, str(refusal))
            if self.form_name:
                return self._show_again(pk, form, HTTPStatus.CONFLICT)
        else:
            messages.success(request, str(self.done))
        return self._back(pk)

    def _show_again(
        self, pk: uuid.UUID, form: forms.Form, status: HTTPStatus, **more: Any
    ) -> HttpResponse:
        filled_in: dict[str, Any] = {self.form_name: form} if self.form_name else {}
        return self.show(pk, status=status, **more, **filled_in)

    def _back(self, pk: uuid.UUID) -> HttpResponse:
        still_visible = Inquiry.objects.readable_by(self.request.user).filter(pk=pk).exists()
        return HttpResponseRedirect(reverse("inbox:inquiry", args=[pk]) if still_visible else INBOX)

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        raise NotImplementedError

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Call the service; raises RefusedError."""
        raise NotImplementedError

    def compare(self, now: Inquiry, data: dict[str, Any]) -> list[tuple[str, str, str]]:
        """Return what was sent beside how it is by now: the field, yours, and what is there."""
        return []


def _person(user: User | None) -> str:
    return (user.get_full_name() or user.email) if user else "—"


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else "—"


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

    def compare(self, now: Inquiry, data: dict[str, Any]) -> list[tuple[str, str, str]]:
        """Return both assignees."""
        return [(_("Assignee"), _person(data["assignee"]), _person(now.assignee))]


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
            reason=data["reason"],
            tell_sender=data["tell_sender"],
            actor=self.request.user,
            version=data["version"],
            request=self.request,
        )

    def compare(self, now: Inquiry, data: dict[str, Any]) -> list[tuple[str, str, str]]:
        """Return both states."""
        wanted = InquiryState(data["new_state"]).label
        return [(_("State"), str(wanted), now.get_state_display())]


class AttemptView(InquiryActionView):
    done = gettext_lazy("Attempt recorded.")
    draft_kind = DraftKind.ATTEMPT
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
            tell_sender=data["tell_sender"],
            actor=self.request.user,
            version=data["version"],
            request=self.request,
        )

    def compare(self, now: Inquiry, data: dict[str, Any]) -> list[tuple[str, str, str]]:
        """Return both next actions; the note stands in its field again."""
        return [
            (
                _("State"),
                _("An attempt: %s") % Outcome(data["outcome"]).label,
                now.get_state_display(),
            ),
            (_("Next action"), _day(data["next_action_on"]), _day(now.next_action_on)),
        ]


class NoteView(InquiryActionView):
    done = gettext_lazy("Note added.")
    draft_kind = DraftKind.NOTE
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

    def find(self) -> InquiryQuerySet:
        """Return also what was opened in an emergency: a note is all that one may add there."""
        return Inquiry.objects.readable_by(self.request.user)


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


class NextActionView(InquiryActionView):
    done = gettext_lazy("Next action set.")
    form_name = "next_action_form"

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return NextActionForm(self.request.POST, auto_id="next_%s")

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Set the day."""
        services.set_next_action(
            inquiry_id=inquiry.pk,
            day=data["next_action_on"],
            actor=self.request.user,
            version=data["version"],
            request=self.request,
        )

    def compare(self, now: Inquiry, data: dict[str, Any]) -> list[tuple[str, str, str]]:
        """Return both days."""
        return [(_("Next action"), _day(data["next_action_on"]), _day(now.next_action_on))]


class MergeView(InquiryActionView):
    """Makes one of two inquiries of a person; the earlier one goes on."""

    done = gettext_lazy("Merged. Everything of both is shown here.")

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return MergeForm(self.request.POST)

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Merge the other one into this one."""
        services.merge(
            kept_id=inquiry.pk,
            kept_version=data["version"],
            merged_id=data["other"],
            merged_version=data["other_version"],
            actor=self.request.user,
            request=self.request,
        )


class UndoMergeView(InquiryActionView):
    """Takes a merged inquiry out again; for leads."""

    done = gettext_lazy("The merge is undone.")

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return UndoMergeForm(self.request.POST)

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Undo the merge."""
        services.undo_merge(
            merged_id=inquiry.pk,
            version=data["version"],
            actor=self.request.user,
            request=self.request,
        )
