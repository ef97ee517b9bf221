"""The inbox. Every view finds its inquiry through ``visible_to`` and writes an audit event."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.audit import record_event
from clinic.sealing import SealingError
from clinic.site_facts import clinic_settings
from trials.inquiries import services
from trials.inquiries.enums import (
    ENDS,
    Channel,
    InquiryState,
    Outcome,
    QuarantineReason,
    Visibility,
)
from trials.inquiries.lookup import index_submissions, search
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import user_may_use_inbox
from trials.inquiries.presentation import answer_rows, contact_warnings
from trials.inquiries.promise import Waiting, waiting, working_hours
from trials.inquiries.querysets import InquiryQuerySet
from trials.inquiries.staff_forms import (
    AssignForm,
    AttemptForm,
    FilterForm,
    NoteForm,
    ReleaseForm,
    SearchForm,
    StateForm,
)

PER_PAGE = 50
INBOX = reverse_lazy("inbox:index")


@method_decorator(sensitive_post_parameters(), name="dispatch")
class InboxAccessMixin(View):
    """Lets in those who may use the inbox; a refusal is written down."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, or refuse and record who asked for what."""
        try:
            if not user_may_use_inbox(request.user):
                raise PermissionDenied
            response = super().dispatch(request, *args, **kwargs)
        except (PermissionDenied, Http404):
            record_event(
                action="inquiry.refused",
                actor=request.user,
                object_type="inquiry",
                object_id=kwargs.get("pk", ""),
                request=request,
            )
            raise
        response["Cache-Control"] = "no-store, private"
        return response


class InboxView(InboxAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """The list: GET filters, POST searches."""

    template_name = "inquiries/admin/inbox.html"
    page_title = gettext_lazy("Inquiries")
    header_icon = "mail"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the inbox as filtered."""
        filters = FilterForm(request.GET, user=request.user)
        visible = Inquiry.objects.visible_to(request.user)
        found = _filtered(visible, filters, request).by_clock().for_listing()
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        return self._show(page, "inquiry.listed", SearchForm(), filters)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what a search finds among all that the user may see."""
        form, filters = SearchForm(request.POST), FilterForm({}, user=request.user)
        found = Inquiry.objects.none()
        if form.is_valid():
            index_submissions()
            found = search(Inquiry.objects.visible_to(request.user), form.cleaned_data["q"])
        page = Paginator(found.by_clock().for_listing(), PER_PAGE).get_page(1)
        return self._show(page, "inquiry.searched", form, filters, is_search=True)

    def _show(
        self,
        page: Any,
        action: str,
        search_form: SearchForm,
        filters: FilterForm,
        is_search: bool = False,
    ) -> HttpResponse:
        listed, user = list(page.object_list), self.request.user
        names = services.open_names(
            inquiries=listed, action=action, actor=user, request=self.request
        )
        hours, now = working_hours(clinic_settings(self.request)), timezone.now()
        rows: list[tuple[Inquiry, str, Waiting]] = [
            (inquiry, names[inquiry.pk], waiting(inquiry, hours, now)) for inquiry in listed
        ]
        visible = Inquiry.objects.visible_to(user)
        context = self.get_context_data(
            rows=rows,
            page=page,
            filters=filters,
            search_form=search_form,
            is_search=is_search,
            counts=visible.counts(now),
        )
        return self.render_to_response(context)


def _filtered(
    inquiries: InquiryQuerySet, filters: FilterForm, request: HttpRequest
) -> InquiryQuerySet:
    filters.is_valid()  # what is not valid is missing below, and so filters nothing
    wanted = filters.cleaned_data
    match wanted.get("show") or "open":
        case "mine":
            inquiries = inquiries.open().filter(assignee=request.user)
        case "overdue":
            inquiries = inquiries.overdue(timezone.now())
        case "quarantine":
            inquiries = inquiries.quarantined()
        case "closed":
            inquiries = inquiries.filter(state__in=(InquiryState.ENROLLED, *ENDS))
        case "open":
            inquiries = inquiries.open().filter(is_quarantined=False)
    if wanted.get("state"):
        inquiries = inquiries.filter(state=wanted["state"])
    if wanted.get("trial"):
        inquiries = inquiries.filter(trial_links__trial=wanted["trial"])
    return inquiries


class InquiryView(InboxAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """One inquiry in plain text."""

    template_name = "inquiries/admin/inquiry.html"
    header_icon = "mail"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here; the inquiry shows as its reference."""
        return [
            *self.breadcrumbs_items,
            {"url": INBOX, "label": _("Inquiries")},
            {"url": "", "label": self.page_title},
        ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Open the inquiry, which is recorded."""
        try:
            opened = services.open_inquiry(
                inquiry_id=kwargs["pk"], actor=request.user, request=request
            )
        except SealingError:
            record_event(
                action="inquiry.open_failed",
                actor=request.user,
                object_type="inquiry",
                object_id=kwargs["pk"],
                request=request,
            )
            messages.error(request, _("This inquiry cannot be opened with the keys we have."))
            return HttpResponseRedirect(INBOX)
        inquiry, user = opened.inquiry, request.user
        self.page_title = inquiry.reference
        earlier = [
            (sent.submission, list(answer_rows(sent.answers))) for sent in opened.submissions
        ]
        context = self.get_context_data(
            opened=opened,
            inquiry=inquiry,
            name=opened.answers["name"],
            answers=list(answer_rows(opened.answers)),
            earlier=earlier[:-1],
            warnings=contact_warnings(opened.answers),
            quarantine_reasons=[QuarantineReason(r).label for r in inquiry.quarantine_reasons],
            waiting=waiting(inquiry, working_hours(clinic_settings(request)), timezone.now()),
            assign_form=AssignForm(
                inquiry=inquiry,
                user=user,
                initial={"assignee": inquiry.assignee_id},
                auto_id="assign_%s",
            ),
            state_form=StateForm(inquiry=inquiry, user=user, auto_id="state_%s"),
            attempt_form=AttemptForm(auto_id="attempt_%s"),
            note_form=NoteForm(auto_id="note_%s"),
        )
        return self.render_to_response(context)


class InquiryActionView(InboxAccessMixin):
    """Does one thing with an inquiry and goes back to it."""

    http_method_names = ["post"]
    done = ""

    def post(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Do it, or say why not."""
        inquiry = get_object_or_404(Inquiry.objects.visible_to(request.user), pk=pk)
        form = self.get_form(inquiry)
        if not form.is_valid():
            messages.error(request, _first_error(form))
        else:
            try:
                self.act(inquiry, form.cleaned_data)
            except services.RefusedError as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, self.done)
        still_visible = Inquiry.objects.visible_to(request.user).filter(pk=pk).exists()
        return HttpResponseRedirect(reverse("inbox:inquiry", args=[pk]) if still_visible else INBOX)

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

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return AttemptForm(self.request.POST)

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

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return NoteForm(self.request.POST)

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
