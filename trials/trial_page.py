"""Gathers what the page of one trial shows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Q, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.models.translation import source_changed_at
from education.models import CancerType, EducationPage, TherapyType
from trials.confirmations import confirmed_at
from trials.eligibility import Age, parse_age, parse_criteria, unescape
from trials.enums import (
    PAUSED_STATUSES,
    PHASE_EXPLANATIONS,
    STOPPED_STATUSES,
    Allocation,
    Masking,
    Phase,
    Purpose,
    Sex,
    StudyType,
    TrialStatus,
    label_of,
)
from trials.models import PlainSummary, SyncRun, Trial, TrialSite
from trials.our_site import site_is_open
from trials.trial_places import AskedZip, trial_places

EXPLAINING = 6
SIMILAR = 3


@dataclass(frozen=True, slots=True)
class RegistryDate:
    """A date with the precision the registry gave it."""

    value: date
    precision: str
    kind: str


def trial_page(trial: Trial, language: str, asked: AskedZip | None = None) -> dict[str, Any]:
    """Return the context of a trial's page (8 queries), with distances from a ZIP code."""
    summary = plain_summary(trial, language)
    therapies = list(
        TherapyType.objects.filter(trial_rows__trial=trial, trial_rows__applies=True).distinct()
    )
    cancers = list(
        CancerType.objects.filter(trial_rows__trial=trial, trial_rows__applies=True).distinct()
    )
    return {
        "trial": trial,
        "summary": summary,
        "has_fit_check": has_fit_check(summary),
        "title": summary.title if summary else trial.brief_title,
        "title_language": summary.locale.language_code if summary else "en",
        "registry_is_foreign": not language.startswith("en"),
        "status_label": label_of(TrialStatus, trial.status),
        "closed_reason": "" if trial.our_site_open else closed_reason(trial),
        "therapies": therapies,
        "cancers": cancers,
        "education_pages": education_pages(therapies, cancers, language),
        "brief_summary": unescape(trial.brief_summary),
        "detailed_description": unescape(trial.detailed_description),
        "criteria": parse_criteria(trial.criteria),
        "age_range": age_range(trial),
        "facts": design_facts(trial),
        "phases": [
            (label_of(Phase, phase), PHASE_EXPLANATIONS.get(phase, "")) for phase in trial.phases
        ],
        **trial_places(trial, asked),
        "dates": registry_dates(trial),
        "confirmed_at": confirmed_at(trial) if trial.our_site_open else None,
        "similar_trials": [] if trial.is_offered_here else similar_open_trials(trial, cancers),
        "last_looked": SyncRun.objects.last_look(trial.pk),
    }


def plain_summary(trial: Trial, language: str) -> PlainSummary | None:
    """Return the live plain summary in the language, else in English; none that has run out."""
    summaries = {
        summary.locale.language_code: summary
        for summary in trial.plain_summaries.shown()
        .select_related("locale", "reviewed_by")
        .annotate(source_changed_at=source_changed_at("trials", "plainsummary"))
    }
    return summaries.get(language) or summaries.get("en")


def has_fit_check(summary: PlainSummary | None) -> bool:
    """Return whether the conditions may be gone through: the ethics board has a reference."""
    return bool(summary and summary.irb_reference)


def similar_open_trials(trial: Trial, cancers: list[CancerType]) -> list[Trial]:
    """Return trials about the same cancers that one can join at our clinic now."""
    about = Trial.objects.filter(
        cancer_type_rows__cancer_type__in=cancers, cancer_type_rows__applies=True
    )
    return list(
        Trial.objects.open_at_our_site()
        .filter(pk__in=about.values("pk"))
        .exclude(pk=trial.pk)
        .only("nct_id", "brief_title", "status")
        .order_by("-last_update_posted", "nct_id")[:SIMILAR]
    )


def closed_reason(trial: Trial) -> str:
    """Return in plain words why one cannot join at our clinic now."""
    goes_on = trial.status not in STOPPED_STATUSES | PAUSED_STATUSES
    if goes_on and not trial.has_our_site:
        if trial.our_site_changed_at:
            return _("Our clinic does not take part in this trial any more.")
        return _("Our clinic does not take part in this trial. Other places do.")
    reasons: dict[str, str] = {
        TrialStatus.NOT_YET_RECRUITING: _("This trial has not opened yet."),
        TrialStatus.ENROLLING_BY_INVITATION: _("This trial takes people by invitation only."),
        TrialStatus.ACTIVE_NOT_RECRUITING: _("This trial is running but takes no new people."),
        TrialStatus.SUSPENDED: _("This trial is on hold. It may open again."),
        TrialStatus.TERMINATED: _("This trial was stopped early."),
        TrialStatus.WITHDRAWN: _("This trial was called off before it began."),
        TrialStatus.COMPLETED: _("This trial has finished."),
        TrialStatus.AVAILABLE: _("This treatment is given outside a trial. Please call us."),
        TrialStatus.TEMPORARILY_NOT_AVAILABLE: _(
            "This treatment cannot be given for now. That may change."
        ),
        TrialStatus.NO_LONGER_AVAILABLE: _("This treatment is no longer given outside a trial."),
        TrialStatus.APPROVED_FOR_MARKETING: _(
            "This treatment is approved now. A doctor can prescribe it outside a trial."
        ),
        TrialStatus.WITHHELD: _("The sponsor has not made the details of this trial public."),
        TrialStatus.UNKNOWN: _(
            "This trial has not been updated for two years, so we do not know if it is open."
        ),
    }
    # The trial goes on elsewhere, or the registry has a word for its state that we do not know.
    return reasons.get(trial.status, _("Our clinic is not taking new people in this trial now."))


def education_pages(
    therapies: list[TherapyType], cancers: list[CancerType], language: str
) -> list[EducationPage]:
    """Return the live pages that explain the trial's treatments, then its cancers, then the rest.

    A page about one treatment comes before a page about many. A page about a cancer counts by its
    cancer alone, one about a kind of treatment by its treatment alone: that both meet elsewhere
    explains nothing about this trial.
    """
    section = EducationPage.Section
    about = EducationPage.objects.order_by()
    fits = (
        Q(pk__in=about.filter(cancer_types__in=cancers).values("pk")) & ~Q(section=section.TYPES)
    ) | (
        Q(pk__in=about.filter(therapy_types__in=therapies).values("pk"))
        & ~Q(section=section.CANCERS)
    )
    return list(
        EducationPage.objects.live()
        .public()
        .filter(fits, locale__language_code=language[:2])
        .annotate(
            rank=Case(
                When(section=section.TYPES, then=0),
                When(section=section.CANCERS, then=1),
                default=2,
            ),
            topics=Count("therapy_types"),
        )
        .order_by("rank", "topics", "path")
        .defer_streamfields()[:EXPLAINING]
    )


def age_words(age: Age) -> str:
    """Return an age in words of the active language."""
    forms = {
        "year": ngettext("%d year", "%d years", age.amount),
        "month": ngettext("%d month", "%d months", age.amount),
        "week": ngettext("%d week", "%d weeks", age.amount),
        "day": ngettext("%d day", "%d days", age.amount),
        "hour": ngettext("%d hour", "%d hours", age.amount),
        "minute": ngettext("%d minute", "%d minutes", age.amount),
    }
    return forms[age.unit] % age.amount


def age_range(trial: Trial) -> str:
    """Return who may join by age, in words; an age that we cannot read is shown as it is."""
    low, high = trial.minimum_age_text, trial.maximum_age_text
    read_low, read_high = parse_age(low), parse_age(high)
    minimum = age_words(read_low) if read_low else ("" if low.upper() == "N/A" else low)
    maximum = age_words(read_high) if read_high else ("" if high.upper() == "N/A" else high)
    if minimum and maximum:
        return _("%(minimum)s to %(maximum)s") % {"minimum": minimum, "maximum": maximum}
    if minimum:
        return _("%(minimum)s and older") % {"minimum": minimum}
    if maximum:
        return _("up to %(maximum)s") % {"maximum": maximum}
    return _("any age")


def design_facts(trial: Trial) -> list[tuple[str, str]]:
    """Return labels and values of how the study is made, without what the record leaves out."""
    people = ""
    if trial.enrollment is not None:
        people = ngettext("%(count)s person", "%(count)s people", trial.enrollment) % {
            "count": f"{trial.enrollment:,}"
        }
    volunteers = {True: _("Yes"), False: _("No"), None: ""}[trial.healthy_volunteers]
    facts = [
        (_("Kind of study"), label_of(StudyType, trial.study_type)),
        (_("Purpose"), label_of(Purpose, trial.purpose)),
        (_("How people are put into groups"), label_of(Allocation, trial.allocation)),
        (_("Who knows the treatment"), label_of(Masking, trial.masking)),
        (_("Number of people"), people),
        (_("Sex"), label_of(Sex, trial.sex)),
        (_("Age"), age_range(trial)),
        (_("Healthy people can join"), volunteers),
    ]
    return [(label, value) for label, value in facts if value]


def registry_dates(trial: Trial) -> list[tuple[str, RegistryDate]]:
    """Return the study's dates with their labels, in the order in which they happen."""
    labels = {
        "start": _("Start"),
        "primary_completion": _("Main results expected"),
        "completion": _("End of the study"),
        "status_verified": _("Status checked by the sponsor"),
        "last_update_posted": _("Registry record updated"),
    }
    precisions = trial.details.get("dates", {})
    found = []
    for name, label in labels.items():
        value = getattr(trial, name)
        if value:
            precision, kind = precisions.get(name, ["day", ""])
            found.append((label, RegistryDate(value, precision, kind)))
    return found


def is_open(site: TrialSite, trial: Trial) -> bool:
    """Return whether a site takes new participants."""
    return site_is_open(site.status, trial.status)
