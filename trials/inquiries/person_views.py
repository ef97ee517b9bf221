"""What leads do for a person who asks about their data: find it, give a copy, have it erased."""

import uuid
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.fresh_login import needs_fresh_login
from clinic.models import User
from trials.inquiries import services
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import user_may_answer_persons
from trials.inquiries.retention_forms import CopyForm, IdentifiedForm, PersonForm
from trials.inquiries.sender_enums import IdentityCheck
from trials.inquiries.staff_views import InboxAccessMixin, StaffRequest

PERSONS = reverse_lazy("persons:index")


class _PersonMixin(InboxAccessMixin):
    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether the user is a lead."""
        return user_may_answer_persons(user)


class PersonView(_PersonMixin, WagtailAdminTemplateMixin, TemplateView):
    """Finds what is kept of a person by what they say; sent by POST, so that no log has it."""

    request: StaffRequest
    template_name = "inquiries/admin/person.html"
    page_title = gettext_lazy("Copies and erasure")
    header_icon = "user"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form, empty unless it was sent."""
        shared = {
            "form": PersonForm(),
            "identity_checks": IdentityCheck.choices,
            "languages": settings.LANGUAGES,
        }
        return super().get_context_data(**(shared | kwargs))

    @sensitive_variables("form", "found")
    def post(self, request: HttpRequest) -> HttpResponse:
        """Show what was found, each with the name; that is recorded."""
        form = PersonForm(request.POST)
        if not form.is_valid():
            context = self.get_context_data(form=form)
            return self.render_to_response(context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        found = services.find_person(said=form.cleaned_data, actor=self.request.user)
        return self.render_to_response(
            self.get_context_data(form=form, is_search=True, rows=self._rows(form, found))
        )

    def _rows(self, form: PersonForm, found: dict[uuid.UUID, list[str]]) -> list[dict[str, Any]]:
        inquiries = Inquiry.objects.filter(pk__in=found).order_by("-received_at")
        inquiries = inquiries.prefetch_related("trials", "holds")
        listed = services.open_listed(
            inquiries=inquiries,
            action="inquiry.found_for_person",
            actor=self.request.user,
            request=self.request,
        )
        return [
            {
                "inquiry": inquiry,
                "listed": listed[inquiry.pk],
                "fits": [form.fields[name].label for name in found[inquiry.pk]],
                # A name alone can be that of somebody else.
                "is_only_name": found[inquiry.pk] == ["name"],
                "is_held": any(hold.runs() for hold in inquiry.holds.all()),
            }
            for inquiry in inquiries
        ]


class _PersonActionView(_PersonMixin):
    request: StaffRequest
    http_method_names = ["post"]
    form_class: type[IdentifiedForm] = IdentifiedForm

    @needs_fresh_login
    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it for the ticked inquiries, or say why not."""
        form = self.form_class(request.POST)
        if not form.is_valid():
            messages.error(request, str(next(iter(form.errors.values()))[0]))
            return HttpResponseRedirect(PERSONS)
        try:
            return self.act(form.cleaned_data)
        except services.RefusedError as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(PERSONS)

    def act(self, data: dict[str, Any]) -> HttpResponse:
        """Call the service; raises RefusedError."""
        raise NotImplementedError


class CopyView(_PersonActionView):
    """Gives all that is kept of a person as a file of plain text."""

    form_class = CopyForm

    @sensitive_variables("text")
    def act(self, data: dict[str, Any]) -> HttpResponse:
        """Return the file."""
        text = services.give_copy(
            inquiry_ids=data["chosen"],
            identity=IdentityCheck(data["identity"]),
            language=data["language"],
            with_notes=not data["without_notes"],
            actor=self.request.user,
            request=self.request,
        )
        response = HttpResponse(text, content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="copy.txt"'
        return response


class EraseForPersonView(_PersonActionView):
    """Writes down that a person wants to be erased."""

    def act(self, data: dict[str, Any]) -> HttpResponse:
        """Ask for it, as the private page would."""
        asked = services.ask_to_erase(
            inquiry_ids=data["chosen"],
            identity=IdentityCheck(data["identity"]),
            actor=self.request.user,
            request=self.request,
        )
        for reference in asked.references:
            messages.success(
                self.request,
                _(
                    "%(reference)s: asked for. It can be taken back for seven days; then it is"
                    " erased, or you decide where the pre-screen was passed or a hold stands."
                )
                % {"reference": reference},
            )
        for reference, why in asked.refused:
            messages.warning(self.request, f"{reference}: {why}")
        return HttpResponseRedirect(PERSONS)
