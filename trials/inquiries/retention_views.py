"""For how long inquiries are kept: the rules with their numbers, what comes next, and holds."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.fresh_login import needs_fresh_login
from clinic.models import User
from trials.inquiries import services
from trials.inquiries.models import Inquiry, RetentionRule
from trials.inquiries.permissions import (
    user_is_lead,
    user_may_hold,
    user_may_see_retention,
    user_may_set_retention,
)
from trials.inquiries.retention_enums import HoldReason
from trials.inquiries.retention_forms import HoldForm, HoldManyForm, RuleForm
from trials.inquiries.retention_obstacles import obstacles_of
from trials.inquiries.retention_rules import DEFAULTS, NOTICE, rule_for
from trials.inquiries.services.retaining import coming
from trials.inquiries.staff_views import InboxAccessMixin, StaffRequest

RETENTION = reverse_lazy("retention:index")
AHEAD = timedelta(days=30)
PER_PAGE = 50


class _RetentionMixin(InboxAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    request: StaffRequest
    header_icon = "history"

    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether the user is a lead or an administrator."""
        return user_may_see_retention(user)


class RetentionView(_RetentionMixin):
    """Every rule with what it erases now and within a month: numbers, nothing of a person."""

    template_name = "inquiries/admin/retention.html"
    page_title = gettext_lazy("How long inquiries are kept")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the rules with the numbers of today and of a month from now."""
        now = timezone.now()
        lines = zip(services.preview(now), services.preview(now, moment=now + AHEAD), strict=True)
        rows = [(today.rule, today, later) for today, later in lines]
        return super().get_context_data(rows=rows, days=AHEAD.days, **kwargs)


class RuleView(_RetentionMixin):
    """One rule: what it erases next, what was decided, and a form to decide."""

    template_name = "inquiries/admin/retention_rule.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer; there is nothing for an end without a rule."""
        if kwargs["end"] not in DEFAULTS:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [
            *self.breadcrumbs_items,
            {"url": RETENTION, "label": RetentionView.page_title},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the rule; leads also see the references of what comes next."""
        rule, until = rule_for(self.kwargs["end"]), timezone.now() + AHEAD
        self.page_title = str(rule.label)
        context: dict[str, Any] = {
            "rule": rule,
            "days": AHEAD.days,
            "notice": NOTICE.days,
            "decisions": RetentionRule.objects.filter(key=rule.key).select_related("decided_by"),
            "form": RuleForm(initial={"months": rule.months}),
            "is_lead": user_is_lead(self.request.user),
        }
        if context["is_lead"]:
            page = Paginator(coming(rule, until), PER_PAGE).get_page(self.request.GET.get("page"))
            context |= {
                "page": page,
                "rows": [(inquiry, obstacles_of(inquiry)) for inquiry in page.object_list],
                "hold_form": HoldManyForm(
                    initial={
                        "reason": HoldReason.POSTPONED,
                        "until": timezone.localdate() + timedelta(days=90),
                    }
                ),
            }
        return super().get_context_data(**(context | kwargs))

    @needs_fresh_login
    def post(self, request: HttpRequest, end: str) -> HttpResponse:
        """Decide for how long."""
        form = RuleForm(request.POST)
        if not form.is_valid() or not user_may_set_retention(self.request.user):
            return self.render_to_response(self.get_context_data(form=form), status=422)
        row = services.decide_rule(
            key=end, actor=self.request.user, request=request, **form.cleaned_data
        )
        if row.in_force_from > timezone.now():
            said = _("Decided. The shorter time counts from a week from now on.")
        else:
            said = _("Decided. It counts from now on.")
        messages.success(request, said)
        return HttpResponseRedirect(reverse("retention:rule", args=[end]))


class HoldManyView(InboxAccessMixin):
    """Keeps ticked inquiries for longer."""

    http_method_names = ["post"]

    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether the user is a lead."""
        return user_may_hold(user)

    def post(self, request: HttpRequest, end: str) -> HttpResponse:
        """Place a hold on each, or say why not."""
        form, placed = HoldManyForm(request.POST), 0
        if not form.is_valid():
            messages.error(request, str(next(iter(form.errors.values()))[0]))
        for inquiry_id in form.cleaned_data.get("chosen", []) if form.is_valid() else []:
            try:
                _place(self.request, inquiry_id, form)
                placed += 1
            except services.RefusedError as refusal:
                messages.error(request, str(refusal))
                break
        if placed:
            said = ngettext("%(number)d inquiry is kept.", "%(number)d inquiries are kept.", placed)
            messages.success(request, said % {"number": placed})
        known = end if end in DEFAULTS else ""
        return HttpResponseRedirect(
            reverse("retention:rule", args=[known]) if known else str(RETENTION)
        )


class HoldView(InboxAccessMixin):
    """Keeps one inquiry, from its own page."""

    http_method_names = ["post"]

    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether the user is a lead."""
        return user_may_hold(user)

    def post(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Place the hold, or say why not."""
        form = HoldForm(request.POST)
        if not form.is_valid():
            messages.error(request, str(next(iter(form.errors.values()))[0]))
        else:
            try:
                _place(self.request, pk, form)
            except services.RefusedError as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, _("This inquiry is kept."))
        return _back(self.request, pk)


class LiftHoldView(InboxAccessMixin):
    """Ends a hold."""

    http_method_names = ["post"]

    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether the user is a lead."""
        return user_may_hold(user)

    def post(self, request: HttpRequest, hold_id: int) -> HttpResponse:
        """End it."""
        hold = services.lift_hold(hold_id=hold_id, actor=self.request.user, request=request)
        messages.success(request, _("The hold is lifted."))
        return _back(self.request, hold.inquiry_id)


def _place(request: StaffRequest, inquiry_id: uuid.UUID, form: HoldForm) -> None:
    services.place_hold(
        inquiry_id=inquiry_id,
        reason=HoldReason(form.cleaned_data["reason"]),
        until=form.cleaned_data["until"],
        actor=request.user,
        request=request,
    )


def _back(request: StaffRequest, pk: uuid.UUID) -> HttpResponse:
    is_visible = Inquiry.objects.visible_to(request.user).filter(pk=pk).exists()
    return HttpResponseRedirect(
        reverse("inbox:inquiry", args=[pk]) if is_visible else str(RETENTION)
    )
