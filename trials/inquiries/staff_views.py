"""The inbox. Every view finds its inquiry through ``visible_to`` and writes an audit event."""

import uuid
from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.audit import record_event
from clinic.models import User
from clinic.sealing import SealingError
from clinic.site_facts import clinic_settings
from trials.inquiries import services
from trials.inquiries.enums import (
    ENDS,
    InquiryState,
    QuarantineReason,
)
from trials.inquiries.lookup import index_submissions, search
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import user_may_use_inbox
from trials.inquiries.presentation import answer_rows, contact_warnings, trial_warnings
from trials.inquiries.promise import Waiting, waiting, working_hours
from trials.inquiries.querysets import InquiryQuerySet
from trials.inquiries.staff_forms import (
    AssignForm,
    AttemptForm,
    FilterForm,
    NoteForm,
    SearchForm,
    StateForm,
)

PER_PAGE = 50
USUAL_SUBMISSIONS = 5
INBOX = reverse_lazy("inbox:index")


class StaffRequest(HttpRequest):
    """A request behind the staff login."""

    user: User


@method_decorator(sensitive_post_parameters(), name="dispatch")
class InboxAccessMixin(View):
    """Lets in those who may use the inbox; a refusal is written down."""

    request: StaffRequest

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

    request: StaffRequest
    template_name = "inquiries/admin/inbox.html"
    page_title = gettext_lazy("Inquiries")
    header_icon = "mail"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the inbox as filtered."""
        filters = FilterForm(request.GET, user=self.request.user)
        visible = Inquiry.objects.visible_to(self.request.user)
        found = _filtered(visible, filters, self.request.user).by_clock().for_listing()
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        return self._show(page, "inquiry.listed", SearchForm(), filters)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what a search finds among all that the user may see."""
        form, filters = SearchForm(request.POST), FilterForm({}, user=self.request.user)
        found = Inquiry.objects.none()
        if form.is_valid():
            with suppress(SealingError):  # the worker says so, when it runs the same as a job
                index_submissions()
            found = search(Inquiry.objects.visible_to(self.request.user), form.cleaned_data["q"])
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
        rows: list[tuple[Inquiry, str | None, Waiting]] = [
            (inquiry, names[inquiry.pk], waiting(inquiry, hours, now)) for inquiry in listed
        ]
        visible = Inquiry.objects.visible_to(user)
        context = self.get_context_data(
            rows=rows,
            page=page,
            filters=filters,
            search_form=search_form,
            is_search=is_search,
            counts=visible.counts(now, user),
        )
        return self.render_to_response(context)


def _filtered(inquiries: InquiryQuerySet, filters: FilterForm, user: User) -> InquiryQuerySet:
    filters.is_valid()  # what is not valid is missing below, and so filters nothing
    wanted = filters.cleaned_data
    match wanted.get("show") or "open":
        case "mine":
            inquiries = inquiries.open().filter(assignee=user)
        case "unassigned":
            inquiries = inquiries.open().filter(assignee__isnull=True, is_quarantined=False)
        case "overdue":
            inquiries = inquiries.overdue(timezone.now())
        case "trial_closed":
            inquiries = inquiries.about_closed_trials()
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


class InquiryPageMixin(InboxAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """Shows one inquiry in plain text."""

    request: StaffRequest
    template_name = "inquiries/admin/inquiry.html"
    header_icon = "mail"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here; the inquiry shows as its reference."""
        return [
            *self.breadcrumbs_items,
            {"url": INBOX, "label": _("Inquiries")},
            {"url": "", "label": self.page_title},
        ]

    def show(self, pk: uuid.UUID, *, status: int = 200, **filled_in: Form) -> HttpResponse:
        """Open the inquiry, which is recorded; forms that were refused come back filled in."""
        opened = services.open_inquiry(inquiry_id=pk, actor=self.request.user, request=self.request)
        inquiry, user = opened.inquiry, self.request.user
        self.page_title = inquiry.reference
        answers = opened.answers or {}
        earlier = [
            (sent.submission, sent.answers and list(answer_rows(sent.answers)))
            for sent in opened.submissions[:-1]
        ]
        context = self.get_context_data(
            opened=opened,
            inquiry=inquiry,
            name=answers.get("name"),
            answers=list(answer_rows(answers)) if answers else [],
            earlier=earlier,
            is_sent_often=len(opened.submissions) > USUAL_SUBMISSIONS,
            warnings=[*trial_warnings(inquiry), *(contact_warnings(answers) if answers else [])],
            quarantine_reasons=[QuarantineReason(r).label for r in inquiry.quarantine_reasons],
            waiting=waiting(inquiry, working_hours(clinic_settings(self.request)), timezone.now()),
            assign_form=AssignForm(
                inquiry=inquiry,
                user=user,
                initial={"assignee": inquiry.assignee_id},
                auto_id="assign_%s",
            ),
            state_form=StateForm(inquiry=inquiry, user=user, auto_id="state_%s"),
            **{
                "attempt_form": AttemptForm(auto_id="attempt_%s"),
                "note_form": NoteForm(auto_id="note_%s"),
                **filled_in,
            },
        )
        return self.render_to_response(context, status=status)


class InquiryView(InquiryPageMixin):
    """One inquiry."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the inquiry."""
        return self.show(kwargs["pk"])
