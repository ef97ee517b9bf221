"""The screen of one translation: what it was made from, who signed it, and both buttons."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from wagtail.admin import messages
from wagtail.models import Page

from clinic.models import BasePage, Translation
from clinic.models.translation import draft_sha256, source_of, state_of, version_of
from clinic.page_permissions import TAKE_DOWN
from clinic.review import ReviewRefused
from clinic.roles import reviewed_snippet_models
from clinic.translation_changes import changed_fields
from clinic.translation_panel import translation_url
from clinic.translation_work import mark_up_to_date, may_confirm, sign, translator_of


class TranslationView(View):
    """Shows a translation beside its source (GET); signs or confirms it (POST)."""

    text: Any
    record: Translation

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(TAKE_DOWN):
            raise PermissionDenied
        self.text = find_text(**kwargs)
        record = Translation.of(self.text)
        if record is None:
            raise Http404
        self.record = record
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Return the screen."""
        source = source_of(self.text)
        sha256 = draft_sha256(self.text)
        context = {
            "text": self.text,
            "title": name_of(self.text),
            "text_url": reading_url(self.text, request.user),
            "record": self.record,
            "state": state_of(self.text, self.record),
            "sha256": sha256,
            "is_signed": self.record.is_signed(sha256),
            "translator": translator_of(request.user, self.text),
            "may_confirm": may_confirm(request.user, self.text),
            "source": source,
        }
        if source is not None:
            context |= {
                "source_url": reading_url(source, request.user),
                "source_sha256": version_of(source)[1],
            }
        if self.record.source_changed_at and source is not None:
            context |= {
                "changes": changed_fields(source, self.record, request),
            }
        return TemplateResponse(request, "wagtailadmin/clinic/translation.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do what the button says and come back."""
        actions = {
            "sign": (sign, _("You signed the translation. A reviewer can approve it now.")),
            "up-to-date": (mark_up_to_date, _("The translation is up to date with English.")),
        }
        chosen = actions.get(request.POST.get("action", ""))
        if chosen is None:
            raise Http404
        act, done = chosen
        try:
            act(self.text, user=request.user, seen=request.POST.get("seen", ""), request=request)
        except ReviewRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)
        return redirect(translation_url(self.text))


def find_text(app_label: str, model_name: str, pk: int) -> Any:
    """Return the page or text of an address; raises Http404."""
    label = f"{app_label}.{model_name}"
    if label == Page._meta.label_lower:
        page = get_object_or_404(Page, pk=pk).specific
        if not isinstance(page, BasePage):
            raise Http404
        return page
    models = {model._meta.label_lower: model for model in reviewed_snippet_models()}
    if label not in models:
        raise Http404
    return get_object_or_404(models[label], pk=pk)


def name_of(text: Any) -> str:
    """Return what staff call a page or text."""
    return text.get_admin_display_title() if isinstance(text, Page) else str(text)


def edit_url(text: Any) -> str:
    """Return the address of a page's or text's editor."""
    if isinstance(text, Page):
        return reverse("wagtailadmin_pages:edit", args=[text.pk])
    return reverse(text.snippet_viewset.get_url_name("edit"), args=[text.pk])


def reading_url(text: Any, user: Any) -> str:
    """Return where this user may read a text: its editor, or what readers see; "" for nowhere."""
    if isinstance(text, Page):
        if text.permissions_for_user(user).can_edit():
            return edit_url(text)
        return (text.full_url or "") if text.live else ""
    meta = text._meta
    if user.has_perm(f"{meta.app_label}.change_{meta.model_name}"):
        return edit_url(text)
    return reverse(text.snippet_viewset.get_url_name("inspect"), args=[text.pk])
