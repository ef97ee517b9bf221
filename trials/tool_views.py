"""What people take with them: the sheet for their doctor, and trials side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clinic.site_facts import clinic_settings
from trials.comparison import MOST, chosen_trials, main_criteria, rows, treatments
from trials.models import Trial
from trials.trial_page import age_range, closed_reason, plain_summary
from trials.views import find_or_lead

OFFERED = 30


@require_safe
def doctor(request: HttpRequest, nct_id: str) -> HttpResponse:
    """Show one trial on one printed page, for a doctor who was not there."""
    found = find_or_lead(request, nct_id, "trials:doctor")
    if isinstance(found, HttpResponse):
        return found
    criteria, left_out = main_criteria(found)
    context = {
        "trial": found,
        "summary": plain_summary(found, get_language() or "en"),
        "treatments": treatments(found),
        "age_range": age_range(found),
        "criteria": criteria,
        "left_out": left_out,
        "closed_reason": "" if found.our_site_open else closed_reason(found),
        "clinic": clinic_settings(request),
        "address": request.build_absolute_uri(reverse("trials:detail", args=[found.nct_id])),
    }
    return render(request, "trials/doctor.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show two to four trials side by side, with a form to add and take away."""
    compared, unknown = chosen_trials(request.GET.getlist("id"), get_language() or "en")
    chosen = [one.trial.pk for one in compared]
    offered = Trial.objects.open_at_our_site().exclude(pk__in=chosen)
    context = {
        "compared": compared,
        "unknown": unknown,
        "rows": rows(compared) if compared else [],
        "offered": offered.only("nct_id", "brief_title").order_by("nct_id")[:OFFERED],
        "most": MOST,
        "is_full": len(compared) >= MOST,
    }
    return render(request, "trials/compare.html", context)
