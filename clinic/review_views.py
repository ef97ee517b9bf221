"""The screen on which a clinician reads what changed and decides, also on a phone."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from wagtail.admin import messages
from wagtail.models import Page, TaskState, WorkflowState

from clinic.contributions import contributions
from clinic.models import ClinicalReviewState
from clinic.models.review import APPROVALS
from clinic.plain_parts import field_label, plain_parts
from clinic.reading import reading_level
from clinic.review import ReviewRefused, content_sha256
from clinic.review_base import known_version
from clinic.text_changes import Kind, counts, text_changes
from clinic.translation_views import name_of, reading_url

REQUEST_CHANGES = "reject"


class ReviewView(View):
    """Shows one request for review (GET); decides it by its task (POST).

    All rules are the task's: this screen asks it what may be done and passes the decision on.
    """

    state: ClinicalReviewState
    text: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.state = get_object_or_404(ClinicalReviewState, pk=kwargs["state_id"])
        self.task = self.state.task.specific
        self.text = self.state.workflow_state.content_object
        if self.text is None:
            raise Http404
        self.actions = {
            name: label for name, label, _modal in self.task.get_actions(self.text, request.user)
        }
        if not self.actions:
            raise PermissionDenied
        if not self._is_waiting():
            messages.error(request, _("This text is no longer waiting for a review."))
            return redirect("wagtailadmin_home")
        return super().dispatch(request, *args, **kwargs)

    def _is_waiting(self) -> bool:
        request = self.state.workflow_state
        return (
            self.state.status == TaskState.STATUS_IN_PROGRESS
            and request.status == WorkflowState.STATUS_IN_PROGRESS
            and request.current_task_state_id == self.state.pk
        )

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Return the screen."""
        return self._show(request)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Pass the decision to the task; show again, with the comment, what it refused."""
        action = request.POST.get("action", "")
        if action not in {*APPROVALS, REQUEST_CHANGES}:
            raise Http404
        form = self.task.get_form_for_action(action)(request.POST)
        if not form.is_valid():
            raise Http404
        if action == REQUEST_CHANGES and not form.cleaned_data["comment"].strip():
            return self._show(request, refusal=_("Say in the comment what should be changed."))
        try:
            self.task.on_action(self.state, request.user, action, **form.cleaned_data)
        except ReviewRefused as refusal:
            # The object in memory may hold what the database took back.
            self.state = ClinicalReviewState.objects.get(pk=self.state.pk)
            return self._show(request, refusal=str(refusal))
        done = (
            _("You asked for changes to “%(title)s”.")
            if action == REQUEST_CHANGES
            else _("You approved “%(title)s”.")
        )
        messages.success(request, done % {"title": name_of(self.text)})
        return redirect("wagtailadmin_home")

    def _show(self, request: HttpRequest, refusal: str = "") -> HttpResponse:
        revision = self.text.get_latest_revision()
        submitted = revision.as_object()
        base = known_version(self.text, request.user, as_live="live" in request.GET)
        changes = text_changes(base.text, submitted) if base else []
        is_as_submitted = content_sha256(revision.content) == self.state.content_sha256
        context = {
            "title": name_of(submitted),
            "object": self.text,
            "submitted": submitted,
            "state": self.state,
            "base": base,
            "changes": changes,
            "parts": [] if base else [part for part in plain_parts(submitted) if part.words],
            "figures": _figures(base.text if base else None, submitted),
            "counted": _counted(changes, submitted) if base else [],
            "facts": [
                fact
                for module in contributions("review_facts")
                for fact in module.review_facts(submitted)
            ],
            "is_as_submitted": is_as_submitted,
            "may_approve": is_as_submitted and bool(self.actions.keys() & set(APPROVALS)),
            "actions": self.actions,
            "comment": request.POST.get("comment", ""),
            "refusal": refusal,
            "preview_url": _preview_url(self.text, self.task),
            "text_url": reading_url(self.text, request.user),
        }
        return TemplateResponse(
            request,
            "wagtailadmin/clinic/review.html",
            context,
            status=422 if refusal else 200,
        )


def _figures(before: Any, after: Any) -> dict[str, Any]:
    return {"before": reading_level(before) if before else None, "after": reading_level(after)}


def _counted(changes: list[Any], text: Any) -> list[dict[str, Any]]:
    """Return how many blocks of each field came and went; the sources are such a field."""
    rows = []
    for field in text._meta.get_fields():
        if hasattr(field, "stream_block"):
            number = counts(changes, field.name)
            rows.append(
                {
                    "label": field_label(text, field.name),
                    "added": number[Kind.ADDED],
                    "removed": number[Kind.REMOVED],
                    "changed": number[Kind.CHANGED],
                }
            )
    return rows


def _preview_url(text: Any, task: Any) -> str:
    if isinstance(text, Page):
        return reverse("wagtailadmin_pages:workflow_preview", args=[text.pk, task.pk])
    if not text.is_previewable():
        return ""
    return reverse(text.snippet_viewset.get_url_name("workflow_preview"), args=[text.pk, task.pk])


def review_url(state: TaskState) -> str:
    """Return the address of the screen that decides a request."""
    return reverse("review_change", args=[state.pk])
