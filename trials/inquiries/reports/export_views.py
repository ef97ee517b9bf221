"""The export of inquiries: who asks has just shown again who they are, and it is written down."""

from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.fresh_login import FreshPageMixin
from clinic.models import User
from clinic.spreadsheets import CONTENT_TYPES
from trials.inquiries import services
from trials.inquiries.enums import ExportReason
from trials.inquiries.permissions import user_may_export, user_may_export_contacts
from trials.inquiries.reports.facts import counted
from trials.inquiries.reports.period import Scope, ScopeForm
from trials.inquiries.services.exporting import MOST_CONTACTS, contacts_of
from trials.inquiries.staff_views import InboxAccessMixin, StaffRequest


class ExportForm(forms.Form):
    """The kind of file."""

    kind = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[("xlsx", "XLSX"), ("csv", "CSV")],
        initial="xlsx",
    )


class ContactsForm(ExportForm):
    """Why names and contact data leave; the answer is kept, so it holds no personal data."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[("", gettext_lazy("Choose a reason")), *ExportReason.choices],
    )
    case_number = forms.RegexField(
        label=gettext_lazy("Case or ticket number, if there is one"),
        regex=r"^[A-Za-z0-9/_-]*$",
        max_length=30,
        required=False,
        error_messages={"invalid": gettext_lazy("Letters, digits and - _ / only.")},
    )
    is_sure = forms.BooleanField(
        label=gettext_lazy("I need names and contact data, and I look after the file."),
        error_messages={"required": gettext_lazy("Tick this box if you need them.")},
    )


class ExportPage(InboxAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """A form on GET, a file on POST; the scope stands in the address as in the reports."""

    request: StaffRequest
    form_class: type[forms.Form]
    header_icon = "download"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        reports = f"{reverse('inquiry_reports:index')}?{self.scope.query()}"
        return [
            *self.breadcrumbs_items,
            {"url": reports, "label": _("Inquiry reports")},
            {"url": "", "label": self.page_title},
        ]

    @property
    def scope(self) -> Scope:
        """Return what is exported."""
        return ScopeForm(self.request.GET).scope()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form, and what an export would hold."""
        scope = self.scope
        return super().get_context_data(
            scope=scope, query=scope.query(), **{"form": self.form_class(), **kwargs}
        )

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Return the file, or the form with what is wrong."""
        form = self.form_class(request.POST)
        return self.take(form) if form.is_valid() else self.refused(form)

    def take(self, form: forms.Form) -> HttpResponseBase:
        """Return the file that a filled in form asks for."""
        raise NotImplementedError

    def refused(self, form: forms.Form) -> HttpResponse:
        """Return the form with what is wrong."""
        return self.render_to_response(self.get_context_data(form=form))


def _download(exported: services.Exported, kind: str) -> HttpResponseBase:
    """Return the file; its name says nothing of what is inside but the day."""
    name = f"inquiries-{timezone.localdate():%Y-%m-%d}.{kind}"
    return FileResponse(
        exported.file, as_attachment=True, filename=name, content_type=CONTENT_TYPES[kind]
    )


class ExportView(FreshPageMixin, ExportPage):  # type: ignore[misc]
    """Exports without names and contact data."""

    template_name = "inquiries/admin/export.html"
    page_title = gettext_lazy("Export inquiries")
    form_class = ExportForm

    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether the user has the permission."""
        return user_may_export(user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form, how many it would be, and the way to contact data."""
        user = self.request.user
        return super().get_context_data(
            number=counted(self.scope.inquiries(user)).count(),
            may_export_contacts=user_may_export_contacts(user),
            **kwargs,
        )

    def take(self, form: forms.Form) -> HttpResponseBase:
        """Return the file."""
        kind = form.cleaned_data["kind"]
        exported = services.export_inquiries(
            scope=self.scope, kind=kind, actor=self.request.user, request=self.request
        )
        return _download(exported, kind)


class ContactsExportView(FreshPageMixin, ExportPage):  # type: ignore[misc]
    """Exports names and contact data, for a stated reason."""

    template_name = "inquiries/admin/export_contacts.html"
    page_title = gettext_lazy("Export names and contact data")
    form_class = ContactsForm

    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether the user has the permission."""
        return user_may_export_contacts(user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form, and how many people it is about."""
        number = contacts_of(self.scope.inquiries(self.request.user)).count()
        return super().get_context_data(number=number, most=MOST_CONTACTS, **kwargs)

    def take(self, form: forms.Form) -> HttpResponseBase:
        """Return the file, or say why there is none."""
        chosen = form.cleaned_data
        try:
            exported = services.export_contacts(
                scope=self.scope,
                kind=chosen["kind"],
                reason=ExportReason(chosen["reason"]),
                case_number=chosen["case_number"],
                actor=self.request.user,
                request=self.request,
            )
        except services.RefusedError as refusal:
            form.add_error(None, str(refusal))
            return self.refused(form)
        return _download(exported, chosen["kind"])
