"""Marks the clinic's own sites anew when the settings that describe them change."""

from django.db import transaction
from django.utils import timezone

from clinic.page_cache import bump
from trials import search_documents
from trials.closing import close
from trials.models import Trial, TrialSite
from trials.our_site import site_is_open
from trials.registry.sync import our_facility
from trials.vocabulary import Vocabulary


@transaction.atomic
def mark_own_sites() -> int:
    """Set ``is_ours`` and what follows from it; return how many trials changed."""
    ours = our_facility()
    now_ours: list[int] = []
    no_longer: list[int] = []
    rows = TrialSite.objects.values_list("pk", "facility", "zip", "is_ours")
    for pk, facility, zip_code, was_ours in rows.iterator():
        is_ours = ours.is_at(facility, zip_code)
        if is_ours != was_ours:
            (now_ours if is_ours else no_longer).append(pk)
    TrialSite.objects.filter(pk__in=now_ours).update(is_ours=True)
    TrialSite.objects.filter(pk__in=no_longer).update(is_ours=False)
    changed = TrialSite.objects.filter(pk__in=[*now_ours, *no_longer]).values("trial_id")
    trials = list(Trial.objects.filter(pk__in=changed))
    now = timezone.now()
    closed = []
    for trial in trials:
        was_open = trial.our_site_open
        statuses = [site.status for site in trial.sites.filter(is_ours=True)]
        trial.has_our_site = bool(statuses)
        trial.our_site_open = any(site_is_open(status, trial.status) for status in statuses)
        if trial.our_site_open != was_open:
            trial.our_site_changed_at = now
            closed += [trial] if was_open else []
    Trial.objects.bulk_update(trials, ["has_our_site", "our_site_open", "our_site_changed_at"])
    close(closed)
    search_documents.write(trials, Vocabulary.load())
    bump()
    return len(trials)
