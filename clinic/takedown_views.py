"""The screens that take a page or a text down."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.admin import messages
from wagtail.models import Page

from clinic.roles import reviewed_snippet_models
from clinic.takedown import (
    live_translations,
    take_down,
    take_down_texts,
    user_may_take_down_text,
)


class TakeDownForm(forms.Form):
    """Why something goes, and whether it goes in every language."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "For colleagues: what is wrong, and what has to happen before it comes back. "
            "No names or details of patients."
        ),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
    )
    with_translations = forms.BooleanField(
        label=gettext_lazy("Also in the other languages"), required=False, initial=True
    )

    def __init__(self, *args: Any, has_translations: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_translations:
            del self.fields["with_translations"]


class TakeDownViewBase(View):
    """Asks for a reason and takes something down."""

    content: Any
    explanation: str | Promise = ""
    done: str | Promise = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.content = self.find(request, **kwargs)
        self.translations = live_translations(self.content)
        return super().dispatch(request, *args, **kwargs)

    def find(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Return what is meant; raises Http404 or PermissionDenied."""
        raise NotImplementedError

    def title(self) -> str:
        """Return what staff call it."""
        raise NotImplementedError

    def back(self, request: HttpRequest) -> str:
        """Return where it is listed."""
        raise NotImplementedError

    def take_down(self, contents: list[Any], reason: str) -> None:
        """Take it down, with its translations where they were asked for."""
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Return the form."""
        return self.show(request, TakeDownForm(has_translations=bool(self.translations)))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Take it down and go back to its neighbours."""
        form = TakeDownForm(request.POST, has_translations=bool(self.translations))
        if not form.is_valid():
            return self.show(request, form)
        contents = [self.content]
        if form.cleaned_data.get("with_translations"):
            contents += self.translations
        self.take_down(contents, form.cleaned_data["reason"])
        messages.success(request, str(self.done) % {"title": self.title()})
        return redirect(self.back(request))

    def show(self, request: HttpRequest, form: TakeDownForm) -> HttpResponse:
        """Return the screen with the form."""
        context = {
            "form": form,
            "title": self.title(),
            "explanation": self.explanation,
            "translations": self.translations,
            "back": self.back(request),
        }
        return TemplateResponse(request, "wagtailadmin/clinic/take_down.html", context)


class TakeDownView(TakeDownViewBase):
    """Takes a page down; a notice stands at its address."""

    explanation = gettext_lazy(
        "The page leaves the site at once. At its address readers find a notice with our phone "
        "number. Your draft stays, and the page comes back through a review."
    )
    done = gettext_lazy("“%(title)s” is off the site. Readers see a notice with our phone number.")

    def find(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the page."""
        page = get_object_or_404(Page, pk=kwargs["page_id"]).specific
        tester = page.permissions_for_user(request.user)
        if not hasattr(tester, "can_take_down") or not tester.can_take_down():
            raise PermissionDenied
        return page

    def title(self) -> str:
        """Return the page's title."""
        return self.content.get_admin_display_title()

    def back(self, request: HttpRequest) -> str:
        """Return the explorer around the page."""
        return reverse("wagtailadmin_explore", args=[self.content.get_parent().pk])

    def take_down(self, contents: list[Any], reason: str) -> None:
        """Take the pages down."""
        take_down(contents, user=self.request.user, reason=reason, request=self.request)


class TakeDownTextView(TakeDownViewBase):
    """Takes a text down that stands on other pages."""

    explanation = gettext_lazy(
        "The text leaves every page at once. In its place readers find the English one, the words "
        "that come with the site, or nothing. Your draft stays, and the text comes back through a "
        "review."
    )
    done = gettext_lazy("“%(title)s” is off the site.")

    def find(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the text."""
        label = f"{kwargs['app_label']}.{kwargs['model_name']}"
        models = {model._meta.label_lower: model for model in reviewed_snippet_models()}
        if label not in models:
            raise Http404
        text = get_object_or_404(models[label], pk=kwargs["pk"])
        if not user_may_take_down_text(request.user, text):
            raise PermissionDenied
        return text

    def title(self) -> str:
        """Return the text's title."""
        return str(self.content)

    def back(self, request: HttpRequest) -> str:
        """Return the list of such texts."""
        return reverse(self.content.snippet_viewset.get_url_name("list"))

    def take_down(self, contents: list[Any], reason: str) -> None:
        """Take the texts down."""
        take_down_texts(contents, user=self.request.user, reason=reason, request=self.request)
