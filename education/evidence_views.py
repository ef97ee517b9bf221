"""The screen on which editors and reviewers record that they opened a page's sources."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages
from wagtail.admin.ui.menus.pages import PageMenuItem

from clinic.page_permissions import TAKE_DOWN
from education.evidence import Outcome, Source, evidence_of, record_checks
from education.models import EducationPage

HISTORY = 100


class CheckForm(forms.Form):
    """What a look at one source showed."""

    outcome = forms.ChoiceField(label=_("What did you find?"), choices=Outcome.choices)
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        help_text=_("Needed when the source does not say so any more: what is to be done?"),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a note where somebody else has to go on."""
        cleaned = super().clean() or {}
        if cleaned.get("outcome") not in {None, Outcome.HOLDS} and not cleaned.get("note"):
            self.add_error("note", gettext("Say what is to be done."))
        return cleaned


class EvidenceView(View):
    """Lists a page's sources and their checks; a POST records one look or all of them."""

    page: EducationPage

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(TAKE_DOWN):
            raise PermissionDenied
        row = get_object_or_404(EducationPage, pk=kwargs["page_id"])
        self.page = row.get_latest_revision_as_object()
        self.evidence = evidence_of([self.page])[self.page.pk]
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Return the screen."""
        return self._show(request)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Record what the button says and come back."""
        if "all" in request.POST:
            if not self.evidence.sources:
                raise Http404
            self._record(self.evidence.sources, Outcome.HOLDS, "")
            return redirect("page_evidence", self.page.pk)
        source = next(
            (one for one in self.evidence.sources if one.url == request.POST.get("url")), None
        )
        if source is None:
            messages.error(request, gettext("The page does not cite this source any more."))
            return redirect("page_evidence", self.page.pk)
        form = CheckForm(request.POST, auto_id=False)
        if not form.is_valid():
            return self._show(request, source, form)
        self._record([source], form.cleaned_data["outcome"], form.cleaned_data["note"])
        return redirect("page_evidence", self.page.pk)

    def _record(self, sources: Any, outcome: str, note: str) -> None:
        record_checks(
            page=self.page,
            sources=sources,
            outcome=outcome,
            note=note,
            user=self.request.user,
            request=self.request,
        )
        messages.success(self.request, gettext("Recorded, with your name and today's date."))

    def _show(
        self, request: HttpRequest, refused: Source | None = None, form: CheckForm | None = None
    ) -> HttpResponse:
        context = {
            "page_title": self.page.get_admin_display_title(),
            "evidence": self.evidence,
            "rows": [
                {
                    "source": source,
                    "form": form if source == refused else CheckForm(),
                    "number": number,
                }
                for number, source in enumerate(self.evidence.sources, start=1)
            ],
            "outcomes": Outcome.choices,
            "history": self.page.evidence_checks.all()[:HISTORY],
            "edit_url": reverse("wagtailadmin_pages:edit", args=[self.page.pk]),
        }
        return TemplateResponse(
            request,
            "wagtailadmin/education/evidence.html",
            context,
            status=422 if refused else 200,
        )


class SourcesButton(PageMenuItem):
    """Leads from a page's menu to the record of its sources."""

    label = _("Check the sources")
    icon_name = "clipboard-list"
    url_name = "page_evidence"
    priority = 55

    def is_shown(self, user: Any) -> bool:
        """Return whether this page has sources and the user works on pages."""
        return self.page.specific_class is EducationPage and user.has_perm(TAKE_DOWN)
