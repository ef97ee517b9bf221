"""What people take with them: the sheet for their doctor, and trials side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_safe

from clinic.site_facts import clinic_settings
from trials.comparison import MOST, chosen_trials, main_criteria, rows, treatments
from trials.fit_check import fit_groups
from trials.models import Trial
from trials.trial_page import age_range, closed_reason, has_fit_check, plain_summary
from trials.views import find_or_lead

OFFERED = 30
ANSWERS = [
    ("yes", gettext_lazy("Yes")),
    ("no", gettext_lazy("No")),
    ("unsure", gettext_lazy("Not sure")),
]


@require_safe
def doctor(request: HttpRequest, nct_id: str) -> HttpResponse:
    """Show one trial on one printed page, for a doctor who was not there."""
    found = find_or_lead(request, nct_id, "trials:doctor")
    if isinstance(found, HttpResponse):
        return found
    criteria, left_out = main_criteria(found)
    summary = plain_summary(found, get_language() or "en")
    context = {
        "trial": found,
        "summary": summary,
        "has_fit_check": has_fit_check(summary),
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
def fit(request: HttpRequest, nct_id: str) -> HttpResponse:
    """Show the conditions for joining one by one; what is answered stays in the browser.

    Off until the ethics board has a reference for our text about the trial.
    """
    found = find_or_lead(request, nct_id, "trials:fit")
    if isinstance(found, HttpResponse):
        return found
    summary = plain_summary(found, get_language() or "en")
    is_on = has_fit_check(summary)
    groups = fit_groups(found) if is_on else []
    context = {
        "trial": found,
        "title": summary.title if summary else found.brief_title,
        "title_language": summary.locale.language_code if summary else "en",
        "is_on": is_on,
        "groups": groups,
        "total": sum(len(group.conditions) for group in groups),
        "answers": ANSWERS,
        "clinic": clinic_settings(request),
    }
    return render(request, "trials/fit.html", context, status=200 if is_on else 404)


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """Show the page of the trials that somebody keeps: the same for all, the browser fills it."""
    return render(request, "trials/list.html")


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
        "open_query": urlencode(
            [("id", one.trial.nct_id) for one in compared if one.trial.our_site_open]
        ),
    }
    return render(request, "trials/compare.html", context)
