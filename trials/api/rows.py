"""Turns trials into what the API answers."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from clinic.quality_reports import as_text
from trials.confirmations import confirmed_at
from trials.eligibility import unescape
from trials.models import (
    PlainSummary,
    SyncRun,
    Trial,
    TrialBiomarker,
    TrialCancerType,
    TrialTherapyType,
)
from trials.vocabulary import CANCER, MARKER, THERAPY, Vocabulary

SITE_FIELDS = (
    "facility",
    "city",
    "state",
    "zip",
    "country",
    "status",
    "latitude",
    "longitude",
    "is_ours",
)
SUMMARY_FIELDS = (
    "title",
    "what_is_it_about",
    "who_can_join",
    "what_happens",
    "possible_benefits",
    "possible_risks",
    "costs",
    "near_home",
    "lodging",
    "afterwards",
    "questions",
    "visits_per_month",
    "overnight_stays",
    "biopsies",
    "placebo_possible",
    "travel_help",
    "languages",
    "is_demo_content",
    "is_older_than_record",
)
# Lists of the record: which parts of each entry the page of a trial shows.
DETAIL_FIELDS = {
    "treatments": ("interventions", ("name", "type", "description", "other_names")),
    "arms": ("arms", ("label", "type", "description")),
    "officials": ("officials", ("name", "affiliation")),
    "references": ("references", ("citation", "pmid")),
}


def trial_rows(
    request: HttpRequest, trials: list[Trial], vocabulary: Vocabulary
) -> list[dict[str, Any]]:
    """Return the rows of a list (3 queries)."""
    cancers = _slugs(TrialCancerType, "cancer_type_id", trials, vocabulary.slugs[CANCER])
    therapies = _slugs(TrialTherapyType, "therapy_type_id", trials, vocabulary.slugs[THERAPY])
    markers = _slugs(TrialBiomarker, "biomarker_id", trials, vocabulary.slugs[MARKER])
    return [
        {
            "nct_id": trial.nct_id,
            "title": trial.brief_title,
            "plain_title": trial.shown_title if trial.shown_title != trial.brief_title else None,
            "status": trial.status,
            "our_site_open": trial.our_site_open,
            "phases": trial.phases,
            "study_type": trial.study_type,
            "conditions": trial.conditions,
            "cancer_types": cancers.get(trial.pk, []),
            "therapy_types": therapies.get(trial.pk, []),
            "biomarkers": markers.get(trial.pk, []),
            "sex": trial.sex,
            "minimum_age": trial.minimum_age_text or None,
            "maximum_age": trial.maximum_age_text or None,
            "sponsor": trial.sponsor,
            "last_update_posted": trial.last_update_posted,
            "distance_miles": round(trial.nearest.miles, 1) if trial.nearest else None,
            "url": request.build_absolute_uri(reverse("trials:detail", args=[trial.nct_id])),
        }
        for trial in trials
    ]


def trial_detail(request: HttpRequest, trial: Trial, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return what the page of a trial says about it, in every language (7 queries)."""
    summaries = list(trial.plain_summaries.shown().select_related("locale", "reviewed_by"))
    english = [one.title for one in summaries if one.locale.language_code == "en"]
    trial.shown_title = english[0] if english else trial.brief_title
    [row] = trial_rows(request, [trial], vocabulary)
    return row | {
        "official_title": trial.official_title,
        "summary": unescape(trial.brief_summary),
        "description": unescape(trial.detailed_description),
        "keywords": trial.keywords,
        "interventions": [entry["name"] for entry in trial.details.get("interventions", [])],
        **_details(trial),
        "collaborators": trial.details.get("collaborators", []),
        "criteria": unescape(trial.criteria),
        "purpose": trial.purpose,
        "allocation": trial.allocation,
        "masking": trial.masking,
        "enrollment": trial.enrollment,
        "healthy_volunteers": trial.healthy_volunteers,
        "start": trial.start,
        "primary_completion": trial.primary_completion,
        "completion": trial.completion,
        "status_verified": trial.status_verified,
        "why_stopped": trial.why_stopped,
        "confirmed_open_at": confirmed_at(trial) if trial.our_site_open else None,
        "last_looked_at": SyncRun.objects.last_look(trial.pk),
        "plain_summaries": [_summary(one) for one in summaries],
        "sites": list(trial.sites.values(*SITE_FIELDS)),
    }


def _summary(summary: PlainSummary) -> dict[str, Any]:
    reviewer = None if summary.is_demo_content else summary.reviewed_by
    return {
        "language": summary.locale.language_code,
        **{name: getattr(summary, name) for name in SUMMARY_FIELDS},
        "reviewed_by": str(reviewer) if reviewer else None,
        "reviewed_on": summary.reviewed_on if reviewer else None,
    }


def _details(trial: Trial) -> dict[str, Any]:
    return {
        shown: [{part: entry[part] for part in parts} for entry in trial.details.get(name, [])]
        for shown, (name, parts) in DETAIL_FIELDS.items()
    }


def as_csv(rows: Iterable[dict[str, Any]], names: Iterable[str]) -> str:
    """Return the rows as a table (RFC 4180) in which no spreadsheet finds a formula (OWASP)."""
    output = StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    names = list(names)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in names])
    return output.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return as_text("; ".join(value))
    return "" if value is None else as_text(value)


def _slugs(
    model: type[Any], column: str, trials: list[Trial], slugs: dict[str, int]
) -> dict[int, list[str]]:
    names = {pk: slug for slug, pk in slugs.items()}
    result: dict[int, list[str]] = {}
    rows = model.objects.filter(trial__in=[trial.pk for trial in trials], applies=True)
    for trial_id, pk in rows.values_list("trial_id", column):
        result.setdefault(trial_id, []).append(names[pk])
    return {trial_id: sorted(found) for trial_id, found in result.items()}
