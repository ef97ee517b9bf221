"""The screen that gives a page to an editor who keeps it true."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages
from wagtail.models import Page

from clinic.audit import record_event
from clinic.page_permissions import TAKE_DOWN
from clinic.roles import EDITORS

User = get_user_model()


def name_of(user: Any) -> str:
    """Return how staff call each other."""
    return user.get_full_name() or user.get_username()


class OwnerChoice(forms.ModelChoiceField):
    """Editors by their names."""

    def label_from_instance(self, user: Any) -> str:
        """Return the words of one option."""
        return name_of(user)


class OwnerForm(forms.Form):
    """Who answers for a page."""

    owner = OwnerChoice(
        queryset=User.objects.none(),
        label=_("Owner"),
        help_text=_("An editor. The owner gets the weekly mail when the page is due for a review."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        editors = User.objects.filter(is_active=True, groups__name=EDITORS)
        self.fields["owner"].queryset = editors.order_by(  # type: ignore[attr-defined]
            "last_name", "first_name", "pk"
        )


class PageOwnerView(View):
    """Shows who owns a page and gives it to somebody else."""

    page: Page

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(TAKE_DOWN):
            raise PermissionDenied
        self.page = get_object_or_404(Page.objects.filter(depth__gt=1), pk=kwargs["page_id"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Return the form."""
        return self._show(request, OwnerForm(initial={"owner": self.page.owner_id}))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Give the page to the chosen editor and go back to the list."""
        form = OwnerForm(request.POST)
        if not form.is_valid():
            return self._show(request, form)
        owner = form.cleaned_data["owner"]
        with transaction.atomic():
            # Neither the text nor its review changes, so no revision is made.
            Page.objects.filter(pk=self.page.pk).update(owner=owner)
            record_event(
                action="page.owner_changed",
                actor=request.user,
                object_type="page",
                object_id=self.page.pk,
                data={"from": self.page.owner_id, "to": owner.pk},
                request=request,
            )
        words = {"title": self.page.get_admin_display_title(), "name": name_of(owner)}
        messages.success(request, gettext("“%(title)s” now belongs to %(name)s.") % words)
        return redirect("clinical_reviews")

    def _show(self, request: HttpRequest, form: OwnerForm) -> HttpResponse:
        context = {
            "form": form,
            "title": self.page.get_admin_display_title(),
            "back": reverse("clinical_reviews"),
        }
        return TemplateResponse(request, "wagtailadmin/clinic/page_owner.html", context)
