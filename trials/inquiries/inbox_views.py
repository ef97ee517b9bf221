"""The list of inquiries: filters, search, and what is done with many at once.

Every view finds its inquiries through ``visible_to`` and writes an audit event.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.models import User
from clinic.sealing import SealingError
from clinic.site_facts import clinic_settings
from trials.inquiries import services
from trials.inquiries.inbox_forms import (
    PARTS,
    BulkAssignForm,
    FilterForm,
    SaveFilterForm,
    SearchForm,
    read_chosen,
)
from trials.inquiries.lookup import index_submissions, search
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import colleagues, covered_ids, user_is_lead
from trials.inquiries.promise import Waiting, waiting, working_hours
from trials.inquiries.querysets import InquiryQuerySet
from trials.inquiries.queue import QueuePage, queue_page, read_place
from trials.inquiries.staff_views import INBOX, InboxAccessMixin, StaffRequest

PER_PAGE = 50
# Beyond this a tab says "1000+": nobody needs the number, and counting on takes time.
MOST_COUNTED = 1000


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
        found = filters.apply(visible, timezone.now())
        after = read_place(request.GET.get("after", ""))
        has_ended = PARTS[filters.part].has_ended
        page = queue_page(found, size=PER_PAGE, after=after, has_ended=has_ended)
        return self._show(page, "inquiry.listed", SearchForm(), filters, is_first=after is None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what a search finds among all that the user may see."""
        form, filters = SearchForm(request.POST), FilterForm({}, user=self.request.user)
        found = Inquiry.objects.none()
        if form.is_valid():
            with suppress(SealingError):  # the worker says so, when it runs the same as a job
                index_submissions()
            found = search(Inquiry.objects.visible_to(self.request.user), form.cleaned_data["q"])
        page = queue_page(found, size=PER_PAGE)
        return self._show(page, "inquiry.searched", form, filters, is_search=True)

    def _show(
        self,
        page: QueuePage,
        action: str,
        search_form: SearchForm,
        filters: FilterForm,
        is_search: bool = False,
        is_first: bool = True,
    ) -> HttpResponse:
        user = self.request.user
        listed = services.open_listed(
            inquiries=page.inquiries, action=action, actor=user, request=self.request
        )
        hours, now = working_hours(clinic_settings(self.request)), timezone.now()
        rows: list[tuple[Inquiry, services.Listed, Waiting]] = [
            (inquiry, listed[inquiry.pk], waiting(inquiry, hours, now))
            for inquiry in page.inquiries
        ]
        context = self.get_context_data(
            rows=rows,
            next_place=None if is_search else page.next_place,
            has_more=page.next_place is not None,
            filters=filters,
            query=filters.query(),
            parts=_tabs(user, filters, now, is_search),
            saved_filters=list(user.saved_filters.all()),
            save_form=SaveFilterForm(initial={"query": filters.query()}, auto_id="save_%s"),
            bulk_form=BulkAssignForm(people=filters.people, auto_id="bulk_%s"),
            shows_filters="filters" in self.request.GET or bool(filters.in_use),
            search_form=search_form,
            is_search=is_search,
            is_first=is_first,
            is_lead=user_is_lead(user),
            covered=get_user_model().objects.filter(pk__in=covered_ids(user))
            if covered_ids(user)
            else [],
        )
        return self.render_to_response(context)


def _tabs(user: User, filters: FilterForm, now: datetime, is_search: bool) -> list[dict[str, Any]]:
    """Return the parts of the inbox with the numbers that somebody has to look at."""
    visible = Inquiry.objects.visible_to(user)
    counted = {key: part for key, part in PARTS.items() if part.is_counted}
    numbers = dict(
        zip(
            counted,
            _counted([part.choose(visible, user, now) for part in counted.values()]),
            strict=True,
        )
    )
    return [
        {
            "key": key,
            "label": part.label,
            "number": _shown(numbers.get(key, 0)),
            "is_alert": part.is_alert,
            "is_current": not is_search and filters.part == key,
        }
        for key, part in PARTS.items()
    ]


def _counted(found: list[InquiryQuerySet]) -> list[int]:
    """Return how many each query finds, in one statement, none counted further than we show."""
    parts: list[str] = []
    parameters: list[Any] = []
    for inquiries in found:
        limited = inquiries.order_by().values("pk")[: MOST_COUNTED + 1]
        statement, values = limited.query.sql_with_params()
        parts.append(f"(SELECT COUNT(*) FROM ({statement}) AS part)")  # noqa: S608
        parameters += values
    with connection.cursor() as cursor:  # the statements are Django's, values apart
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        return list(cursor.fetchone())


def _shown(number: int) -> str:
    if number > MOST_COUNTED:
        return f"{MOST_COUNTED}+"
    return str(number) if number else ""


class InboxActionView(InboxAccessMixin):
    """Does something from the list and goes back to it as it was filtered."""

    http_method_names = ["post"]

    def back(self) -> HttpResponse:
        """Return the way to the list that the form was sent from."""
        wanted = FilterForm(QueryDict(self.request.POST.get("query", "")), user=self.request.user)
        return HttpResponseRedirect(f"{INBOX}?{wanted.query()}")


class BulkAssignView(InboxActionView):
    """Gives the ticked inquiries to one person."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Give them, and say which were refused and why."""
        form = BulkAssignForm(request.POST, people=colleagues(self.request.user))
        chosen = read_chosen(request.POST.getlist("chosen"))[:PER_PAGE]
        if not form.is_valid() or not chosen:
            messages.error(request, _("Tick inquiries and choose a person."))
            return self.back()
        result = services.bulk_assign(
            chosen=chosen,
            assignee=form.cleaned_data["assignee"],
            actor=self.request.user,
            request=request,
        )
        number = len(result.assigned)
        if number:
            said = ngettext(
                "%(number)d inquiry assigned.", "%(number)d inquiries assigned.", number
            )
            messages.success(request, said % {"number": number})
        if result.stopping:
            said = _(
                "%(references)s: the sender asked to stop, and urgent words are open. Look after "
                "the person first, and do nothing else."
            )
            messages.warning(request, said % {"references": ", ".join(result.stopping)})
        for reference, why in result.refused:
            messages.warning(request, f"{reference}: {why}" if reference else why)
        return self.back()


class SaveFilterView(InboxActionView):
    """Keeps the shown filter under a name, for this person alone."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it, or say why not."""
        form = SaveFilterForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Give the filter a name of at most 40 letters."))
            return self.back()
        wanted = FilterForm(QueryDict(form.cleaned_data["query"]), user=self.request.user)
        try:
            services.save_filter(
                user=self.request.user, name=form.cleaned_data["name"], query=wanted.query()
            )
        except services.RefusedError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The filter is kept."))
        return self.back()


class DeleteFilterView(InboxActionView):
    """Deletes one of a person's own filters."""

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Delete it."""
        services.delete_filter(user=self.request.user, pk=number)
        messages.success(request, _("The filter is deleted."))
        return self.back()
