"""The screen that takes a page down."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.admin import messages
from wagtail.models import Page

from clinic.takedown import live_translations, take_down


class TakeDownForm(forms.Form):
    """Why a page goes, and whether it goes in every language."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "For colleagues: what is wrong, and what has to happen before the page comes back. "
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


class TakeDownView(View):
    """Asks for a reason and takes the page down."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.page = get_object_or_404(Page, pk=kwargs["page_id"]).specific
        tester = self.page.permissions_for_user(request.user)
        if not hasattr(tester, "can_take_down") or not tester.can_take_down():
            raise PermissionDenied
        self.translations = live_translations(self.page)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, page_id: int) -> HttpResponse:
        """Return the form."""
        return self.show(request, TakeDownForm(has_translations=bool(self.translations)))

    def post(self, request: HttpRequest, page_id: int) -> HttpResponse:
        """Take the page down and go back to its neighbours."""
        form = TakeDownForm(request.POST, has_translations=bool(self.translations))
        if not form.is_valid():
            return self.show(request, form)
        pages = [self.page]
        if form.cleaned_data.get("with_translations"):
            pages += self.translations
        take_down(pages, user=request.user, reason=form.cleaned_data["reason"], request=request)
        messages.success(
            request,
            _("“%(title)s” is off the site. Readers see a notice with our phone number.")
            % {"title": self.page.get_admin_display_title()},
        )
        return redirect("wagtailadmin_explore", self.page.get_parent().pk)

    def show(self, request: HttpRequest, form: TakeDownForm) -> HttpResponse:
        """Return the screen with the form."""
        context = {"form": form, "page": self.page, "translations": self.translations}
        return TemplateResponse(request, "wagtailadmin/clinic/take_down.html", context)
