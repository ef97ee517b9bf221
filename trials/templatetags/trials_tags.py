"""What templates of every room show of trials."""

from typing import Any

from django import template
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils import formats
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from trials.eligibility import Section
from trials.enums import (
    OPEN_STATUSES,
    WAITING_STATUSES,
    Phase,
    StudyType,
    TrialStatus,
    label_of,
)
from trials.explained import Explained, Explainer
from trials.fit_check import Group
from trials.models import SearchDocument, Trial, TrialSite
from trials.trial_page import RegistryDate, age_range, is_open

register = template.Library()


@register.filter
def status_label(trial: Trial) -> str:
    """Return the trial's status in plain words, first of all whether our clinic is open."""
    if trial.our_site_open:
        return _("Open at our clinic")
    return label_of(TrialStatus, trial.status)


@register.filter
def status_class(trial: Trial) -> str:
    """Return the class of the status tag."""
    if trial.our_site_open or trial.status in OPEN_STATUSES:
        return "tag--open"
    return "tag--soon" if trial.status in WAITING_STATUSES else "tag--closed"


@register.filter
def site_status(site: TrialSite, trial: Trial) -> str:
    """Return a site's status in plain words; empty when the registry says nothing of it."""
    if is_open(site, trial):
        return _("Open to new participants")
    return label_of(TrialStatus, site.status) if site.status else ""


@register.filter
def town(place: Any) -> str:
    """Return where a place is: its town and state, with the country outside the United States."""
    country = "" if place.country == "United States" else place.country
    return ", ".join(dict.fromkeys(part for part in (place.city, place.state, country) if part))


@register.filter
def miles(distance: float) -> str:
    """Return a distance in words, in whole miles: the middle of a ZIP code's area is no address."""
    if distance < 1:
        return _("less than 1 mile")
    number = round(distance)
    words = ngettext("%(miles)s mile", "%(miles)s miles", number)
    return words % {"miles": formats.number_format(number, force_grouping=True)}


@register.filter
def phase_labels(trial: Trial) -> str:
    """Return the trial's phases in words, joined."""
    return " / ".join(label_of(Phase, phase) for phase in trial.phases if phase != Phase.NA)


@register.filter
def study_type_label(trial: Trial) -> str:
    """Return what kind of study it is."""
    return label_of(StudyType, trial.study_type)


@register.filter
def ages(trial: Trial) -> str:
    """Return who may join by age."""
    return age_range(trial)


@register.filter
def plain_blocks(text: str) -> list[dict[str, Any]]:
    """Return a plain text's paragraphs and lists (lines that begin with a hyphen)."""
    blocks: list[dict[str, Any]] = []
    for part in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        is_list = bool(lines) and all(line.startswith("- ") for line in lines)
        if is_list:
            blocks.append({"entries": [line[2:] for line in lines]})
        elif lines:
            blocks.append({"paragraph": " ".join(lines)})
    return blocks


@register.simple_tag
def explained_criteria(criteria: list[Section], trial: Trial) -> list[Explained]:
    """Return each section of the criteria as HTML with the words that it is the first to use."""
    explainer = Explainer(trial.unmarked_words)
    return [
        explainer.explain(render_to_string("trials/criteria.html", {"section": section}))
        for section in criteria
    ]


@register.simple_tag
def explained_groups(groups: list[Group], trial: Trial) -> list[dict[str, Any]]:
    """Return the groups of conditions with the words that each is the first to use."""
    explainer = Explainer(trial.unmarked_words)
    explained = []
    for group in groups:
        conditions, words = [], []
        for condition in group.conditions:
            html = linebreaksbr(condition.text, autoescape=True)
            found = explainer.explain(html) if condition.is_english else Explained(html, [])
            conditions.append({"condition": condition, "html": found.html})
            words += found.words
        explained.append({"group": group, "conditions": conditions, "words": words})
    return explained


@register.filter
def registry_date(date: RegistryDate) -> str:
    """Return a date with no more precision than the registry gave."""
    styles = {"day": "DATE_FORMAT", "month": "YEAR_MONTH_FORMAT", "year": "Y"}
    words = formats.date_format(date.value, styles[date.precision])
    return _("%(date)s (expected)") % {"date": words} if date.kind == "ESTIMATED" else words


@register.inclusion_tag("trials/open_trials.html")
def open_trials(
    therapy_types: Any = None, cancer_types: Any = None, limit: int = 3
) -> dict[str, Any]:
    """Show the trials that are open, at our clinic first, about any of the types given.

    Accepts querysets or lists of vocabulary entries; without any, all open trials are meant.
    """
    therapies = [entry.pk for entry in therapy_types or []]
    cancers = [entry.pk for entry in cancer_types or []]
    documents = _open_documents()
    if therapies and cancers:
        documents = documents.filter(therapy_types__overlap=therapies) | documents.filter(
            cancer_types__overlap=cancers
        )
    elif therapies:
        documents = documents.filter(therapy_types__overlap=therapies)
    elif cancers:
        documents = documents.filter(cancer_types__overlap=cancers)
    found = list(documents.select_related("trial").order_by("rank", "-updated", "pk")[:limit])
    for document in found:
        document.trial.shown_title = document.title
    slugs = [("therapy", entry.slug) for entry in therapy_types or []]
    slugs += [("condition", entry.slug) for entry in cancer_types or []] if not therapies else []
    return {
        "trials": [document.trial for document in found],
        "parameters": "&".join(f"{key}={slug}" for key, slug in slugs),
    }


@register.inclusion_tag("trials/open_trials_summary.html")
def open_trials_summary(limit: int = 3) -> dict[str, Any]:
    """Show how many trials are open at our clinic, with the newest of them."""
    ours = _open_documents().filter(rank=0)
    documents = list(ours.select_related("trial").order_by("-updated", "pk")[:limit])
    for document in documents:
        document.trial.shown_title = document.title
    return {"count": ours.count(), "trials": [document.trial for document in documents]}


@register.inclusion_tag("trials/trial_search_box.html")
def trial_search_box(field_id: str = "q-trials") -> dict[str, Any]:
    """Show the trial search as one field and a button."""
    return {"field_id": field_id}


def _open_documents() -> Any:
    language = "es" if (get_language() or "en").startswith("es") else "en"
    return SearchDocument.objects.filter(language=language, rank__lte=1).defer(
        "vector", "trial__details", "trial__criteria", "trial__detailed_description"
    )
