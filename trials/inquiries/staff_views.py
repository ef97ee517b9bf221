"""One inquiry. Every view finds it by who may see it, and writes an audit event."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.audit import record_event
from clinic.models import User
from clinic.site_facts import clinic_settings
from trials.inquiries import services
from trials.inquiries.access import covering_for
from trials.inquiries.consent import later_consent
from trials.inquiries.duplicates import duplicates_of
from trials.inquiries.enums import DraftKind, InquiryState, QuarantineReason
from trials.inquiries.later_forms import LaterForm, OffListForm
from trials.inquiries.later_list import consent_of, may_be_listed
from trials.inquiries.message_previews import messages_out
from trials.inquiries.models import EmergencyAccess, Hold, Inquiry
from trials.inquiries.permissions import (
    user_is_lead,
    user_may_hold,
    user_may_see_accesses,
    user_may_use_inbox,
)
from trials.inquiries.presentation import answer_rows, contact_warnings, trial_warnings
from trials.inquiries.promise import waiting, working_hours
from trials.inquiries.reach import mail_address
from trials.inquiries.reach_words import missing_words
from trials.inquiries.retention_forms import HoldForm
from trials.inquiries.sender_panel import sender_panel
from trials.inquiries.staff_forms import (
    AssignForm,
    AttemptForm,
    NextActionForm,
    NoteForm,
    StateForm,
    ToldForm,
)
from trials.inquiries.timeline import timeline
from trials.models import Trial

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
            if not self.may_enter(self.request.user, **kwargs):
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

    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether there is anything here for a user at all."""
        return user_may_use_inbox(user)


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

    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether a user has an inbox, or opened this inquiry in an emergency."""
        return user_may_use_inbox(user) or (
            user.is_authenticated
            and EmergencyAccess.objects.running().filter(user=user, inquiry=kwargs["pk"]).exists()
        )

    def show(
        self,
        pk: uuid.UUID,
        *,
        status: int = 200,
        conflict: list[tuple[str, str, str]] | None = None,
        **filled_in: Form,
    ) -> HttpResponse:
        """Open the inquiry, which is recorded; forms that were refused come back filled in.

        ``conflict`` names what this person sent beside what a colleague made of it meanwhile.
        """
        opened = services.open_inquiry(inquiry_id=pk, actor=self.request.user, request=self.request)
        self.page_title = opened.inquiry.reference
        context = self.get_context_data(
            opened=opened,
            inquiry=opened.inquiry,
            conflict=conflict,
            waiting=waiting(
                opened.inquiry, working_hours(clinic_settings(self.request)), timezone.now()
            ),
            **self._told(opened),
            **self._work(opened),
            **self._forms(opened, filled_in),
        )
        return self.render_to_response(context, status=status)

    def _told(self, opened: services.OpenInquiry) -> dict[str, Any]:
        """Return what the sender told us, and what to mind."""
        inquiry, answers = opened.inquiry, opened.answers or {}
        safety = contact_warnings(answers) if answers else []
        return {
            "name": answers.get("name"),
            "answers": list(answer_rows(answers)) if answers else [],
            "earlier": [
                (sent.submission, sent.answers and list(answer_rows(sent.answers)))
                for sent in opened.submissions[:-1]
            ],
            "is_sent_often": len(opened.submissions) > USUAL_SUBMISSIONS,
            "warnings": [*trial_warnings(inquiry), *safety],
            "contact_warnings": safety,
            "sender": sender_panel(opened, self.request.user),
            "quarantine_reasons": [QuarantineReason(r).label for r in inquiry.quarantine_reasons],
        }

    def _work(self, opened: services.OpenInquiry) -> dict[str, Any]:
        """Return what was done and what is to be done."""
        inquiry, user = opened.inquiry, self.request.user
        answers = opened.answers
        missing = ""
        if answers and inquiry.is_open and inquiry.state != InquiryState.NEW:
            missing = missing_words(services.missing_for(inquiry, answers))
        covering = covering_for(inquiry, user)
        holds = Hold.objects.filter(inquiry__in=inquiry.family()).select_related("placed_by")
        return {
            "timeline": timeline(opened, user),
            "missing": missing,
            "duplicates": [] if opened.emergency else duplicates_of(inquiry, user),
            "addable": _addable(inquiry) if inquiry.is_open and not opened.emergency else [],
            "is_lead": user_is_lead(user),
            "may_see_accesses": user_may_see_accesses(user),
            "may_hold": user_may_hold(user),
            "holds": [hold for hold in holds if hold.runs()],
            "hold_form": HoldForm(auto_id="hold_%s"),
            "later": consent_of(inquiry),
            "later_text": later_consent(inquiry.language) if may_be_listed(inquiry) else None,
            "covering": User.objects.filter(pk__in=covering) if covering else [],
            "merged_into": Inquiry.objects.visible_to(user)
            .filter(pk=inquiry.merged_into_id)
            .first(),
        }

    def _forms(
        self, opened: services.OpenInquiry, filled_in: dict[str, Form]
    ) -> dict[str, Form | Any]:
        inquiry, user = opened.inquiry, self.request.user
        answers = opened.answers
        has_address = bool(answers and mail_address(answers)) and not inquiry.is_quarantined
        state_form = StateForm(inquiry=inquiry, user=user, auto_id="state_%s")
        drafts = services.drafts_of(inquiry, user)
        note_draft, attempt_draft = drafts.get(DraftKind.NOTE), drafts.get(DraftKind.ATTEMPT)
        return {
            "note_draft": note_draft and "note_form" not in filled_in,
            "attempt_draft": attempt_draft and "attempt_form" not in filled_in,
            "assign_form": AssignForm(
                inquiry=inquiry,
                user=user,
                initial={"assignee": inquiry.assignee_id},
                auto_id="assign_%s",
            ),
            "state_form": state_form,
            "has_address": has_address,
            "messages_out": messages_out(inquiry, state_form.ends, has_address=has_address),
            "told_form": ToldForm(inquiry=inquiry, auto_id="told_%s"),
            "next_action_form": NextActionForm(
                initial={"next_action_on": inquiry.next_action_on}, auto_id="next_%s"
            ),
            "attempt_form": AttemptForm(initial={"text": attempt_draft}, auto_id="attempt_%s"),
            "later_form": LaterForm(
                initial={"agreed_on": timezone.localdate()}, auto_id="later_%s"
            ),
            "off_list_form": OffListForm(auto_id="off_list_%s"),
            "note_form": NoteForm(initial={"text": note_draft}, auto_id="note_%s"),
            **filled_in,
        }


def _addable(inquiry: Inquiry) -> Any:
    """Return the trials that may be added, for a list to choose from."""
    named = [trial.pk for trial in inquiry.trials.all()]
    found = Trial.objects.open_at_our_site().exclude(pk__in=named)
    return found.only("nct_id", "brief_title").order_by("nct_id")


class InquiryView(InquiryPageMixin):
    """One inquiry."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the inquiry."""
        return self.show(kwargs["pk"])
