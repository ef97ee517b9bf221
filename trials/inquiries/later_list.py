"""Reads of the list for later: who is on it, and what opened here for them since."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Prefetch

from clinic.models import User
from trials.inquiries.later_enums import LISTABLE
from trials.inquiries.models import Inquiry, LaterConsent
from trials.inquiries.models.later import LaterConsentQuerySet
from trials.models import Trial, TrialCancerType

# Of the open trials that could interest somebody, so many are named; the search shows all.
MOST_NAMED = 5


def consent_of(inquiry: Inquiry) -> LaterConsent | None:
    """Return the consent to be told later that runs for an inquiry (1 query, none while open)."""
    if not may_be_listed(inquiry):
        return None
    running = LaterConsent.objects.running().filter(inquiry=inquiry)
    return running.select_related("recorded_by").first()


def may_be_listed(inquiry: Inquiry) -> bool:
    """Return whether an inquiry has ended in a way after which one can wait for other trials."""
    return inquiry.state in LISTABLE and inquiry.merged_into_id is None and not inquiry.is_gone


def listed(user: User, nct_id: str = "") -> LaterConsentQuerySet:
    """Return the running consents of inquiries that a user sees, what ends first first.

    Who asked to be erased is not among them, from that moment on.
    """
    stopped = Inquiry.objects.asked_to_stop().values("pk")
    visible = Inquiry.objects.visible_to(user).exclude(pk__in=stopped)
    if nct_id:
        visible = visible.filter(trials__nct_id=nct_id)
    running: LaterConsentQuerySet = LaterConsent.objects.running().filter(
        inquiry__in=visible.values("pk")
    )
    trials = Prefetch("inquiry__trials", Trial.objects.only("nct_id"))
    return running.select_related("inquiry").prefetch_related(trials)


def named_trials(user: User) -> list[tuple[str, str]]:
    """Return the trials that inquiries on the list name, with their titles, to choose from."""
    named = Trial.objects.filter(inquiries__later_consents__in=listed(user).values("pk"))
    return list(named.distinct().order_by("nct_id").values_list("nct_id", "brief_title"))


def open_now(inquiries: Iterable[Inquiry]) -> dict[object, list[str]]:
    """Return by inquiry the ids of other trials that are open here for a cancer of its trials.

    Two queries, for any number of inquiries whose trials are loaded. Nothing for one that names no
    trial.
    """
    named = {one.pk: {trial.pk for trial in one.trials.all()} for one in inquiries}
    ids = set().union(*named.values()) if named else set()
    cancers: dict[int, set[int]] = defaultdict(set)
    applying = TrialCancerType.objects.filter(applies=True)
    for trial, cancer in applying.filter(trial__in=ids).values_list("trial_id", "cancer_type_id"):
        cancers[trial].add(cancer)
    wanted = set().union(*cancers.values()) if cancers else set()
    open_for: dict[int, dict[int, str]] = defaultdict(dict)
    candidates = applying.filter(
        cancer_type__in=wanted, trial__in=Trial.objects.open_at_our_site().values("pk")
    )
    rows = candidates.order_by("trial__nct_id")
    for cancer, trial, nct_id in rows.values_list("cancer_type_id", "trial_id", "trial__nct_id"):
        open_for[cancer][trial] = nct_id
    return {pk: _others(trials, cancers, open_for)[:MOST_NAMED] for pk, trials in named.items()}


def _others(
    trials: set[int], cancers: dict[int, set[int]], open_for: dict[int, dict[int, str]]
) -> list[str]:
    found = {
        nct_id
        for trial in trials
        for cancer in cancers[trial]
        for other, nct_id in open_for[cancer].items()
        if other not in trials
    }
    return sorted(found)
