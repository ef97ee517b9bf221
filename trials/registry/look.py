"""One look at the registry: the pages of every query, then what they left out."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from clinic.page_cache import bump
from trials.alerts import add_alerts
from trials.enums import AlertKind
from trials.models import RegistryPage, RegistryQuery, SyncRun, Trial, TrialAlias
from trials.models.trial import MISSING_LOOKS
from trials.registry.client import (
    PAGE_SIZE,
    Page,
    RegistryClient,
    RegistryRefused,
    RegistryUnavailable,
    Remembered,
)
from trials.registry.files import Received
from trials.registry.sync import Progress, Syncing
from trials.registry.values import nct_id

SEARCH_PARAMETERS = {
    "condition": "query.cond",
    "term": "query.term",
    "location": "query.locn",
    "advanced": "filter.advanced",
}
# A few records do get lost; most of them at once is a fault of the registry.
BELIEVED_MISSING = 10


class Look:
    """Takes pages of the registry into a run, and knows how far it came."""

    def __init__(self, client: RegistryClient, syncing: Syncing, progress: Progress) -> None:
        self.client = client
        self.syncing = syncing
        self.progress = progress
        self.first_query = 0
        self.first_token = ""

    def resume(self, run: SyncRun) -> None:
        """Go on where a look at the same data was cut off."""
        if run.position:
            self.first_query = run.position["query"]
            self.first_token = run.position["token"]
            self.syncing.context.seen.update(run.seen)

    def take(self, queries: list[RegistryQuery]) -> None:
        """Sync every query, then every trial that is held or named and was not seen."""
        for number, query in enumerate(queries):
            parameters = {
                parameter: getattr(query, name)
                for name, parameter in SEARCH_PARAMETERS.items()
                if getattr(query, name)
            }
            if parameters and number >= self.first_query:
                token = self.first_token if number == self.first_query else ""
                self._take_query(number, f"search “{query.name}”", parameters, token)
        self._take_ids(self._unseen(_named(queries, self.syncing)))

    def _take_query(self, number: int, source: str, parameters: dict[str, str], token: str) -> None:
        try:
            self._take_pages(number, source, parameters, token, uses_memory=True)
        except RegistryRefused:
            # The registry may have forgotten a page token of an earlier look: once more, anew.
            self._take_pages(number, source, parameters, "", uses_memory=False)

    def _take_pages(
        self, number: int, source: str, parameters: dict[str, str], token: str, *, uses_memory: bool
    ) -> None:
        recall = _recall if uses_memory else _recall_nothing
        for page in self.client.pages(parameters, token=token, recall=recall):
            self._take_page(page, source)
            self.syncing.run.position = {"query": number, "token": page.next_page_token}
            if not page.next_page_token:
                self.syncing.run.position = {"query": number + 1, "token": ""}
            self.syncing.save()
            self.progress(self.syncing.report.total)

    def _take_page(self, page: Page, source: str) -> None:
        if page.studies is None:
            remembered = RegistryPage.objects.get(pk=page.address)
            lost = set(remembered.nct_ids) - self.syncing.seen(remembered.nct_ids)
            self._take_listed(sorted(lost))
            return
        refused = len(self.syncing.report.refused)
        self.syncing.apply(Received(source, study) for study in page.studies)
        RegistryPage.objects.filter(pk=page.address).delete()
        # A page with a record that we refused is read anew each time: we may learn to take it.
        if page.etag and len(self.syncing.report.refused) == refused:
            RegistryPage.objects.create(
                address=page.address,
                etag=page.etag,
                nct_ids=_ids_of(page.studies),
                next_page_token=page.next_page_token,
            )

    def _unseen(self, named: set[str]) -> list[str]:
        """Return the ids that are named or held and that no query brought."""
        held = dict(Trial.objects.values_list("nct_id", "pk"))
        seen = {key for key, pk in held.items() if pk in self.syncing.context.seen}
        former = TrialAlias.objects.filter(trial__nct_id__in=seen, alias__in=named)
        return sorted((held.keys() | named) - seen - set(former.values_list("alias", flat=True)))

    def _take_ids(self, ids: list[str]) -> None:
        found = self._take_listed(ids)
        missing = []
        for key in sorted(set(ids) - found):
            study = self.client.study(key)
            if study is not None:
                self.syncing.apply([Received(key, study)])
            if study is None or _ids_of([study]) != [key]:
                missing.append(key)
            self.progress(self.syncing.report.total)
        self._count_missing([key for key in missing if not _leads_elsewhere(key)])

    def _take_listed(self, ids: list[str]) -> set[str]:
        """Sync studies by their ids, many at once; return the ids that came."""
        found: set[str] = set()
        waiting = iter(ids)
        while chunk := list(islice(waiting, PAGE_SIZE)):
            for page in self.client.pages({"filter.ids": ",".join(chunk)}):
                studies = page.studies or []
                self.syncing.apply(Received("ids of trials that we hold", one) for one in studies)
                found.update(_ids_of(studies))
                self.progress(self.syncing.report.total)
        return found

    @transaction.atomic
    def _count_missing(self, keys: list[str]) -> None:
        """Count the looks that did not find a trial; the second one in a row alerts staff.

        The look ends with it, in one transaction: ended by force, it is never counted again.
        """
        run = self.syncing.run
        held = Trial.objects.filter(nct_id__in=keys)
        if held.count() > max(BELIEVED_MISSING, Trial.objects.count() // 2):
            raise RegistryUnavailable(
                f"The registry does not know {held.count()} of our trials. That is hard to "
                "believe, so nothing was counted as missing."
            )
        run.missing = keys
        if held.update(missing_count=F("missing_count") + 1):
            bump()
        gone = Trial.objects.filter(nct_id__in=keys, missing_count=MISSING_LOOKS)
        raised = [(pk, AlertKind.MISSING) for pk in gone.values_list("pk", flat=True)]
        add_alerts(raised, now=run.started_at)
        run.position, run.finished_at = None, timezone.now()
        self.syncing.save()


def _named(queries: list[RegistryQuery], syncing: Syncing) -> set[str]:
    """Return the NCT ids that the queries name; what is none is refused."""
    given = {key for query in queries for key in re.split(r"[\s,;]+", query.nct_ids) if key}
    wrong = [key for key in sorted(given) if not nct_id(key)]
    syncing.apply(
        Received("NCT ids set in the admin", problem=f"“{key[:40]}” is not an NCT id.")
        for key in wrong
    )
    return {nct_id(key) for key in given} - {""}


def _leads_elsewhere(key: str) -> bool:
    """Return whether an id that we do not hold ourselves leads to a trial as its former id."""
    is_held = Trial.objects.filter(nct_id=key).exists()
    return not is_held and TrialAlias.objects.filter(alias=key).exists()


def _recall(address: str) -> Remembered | None:
    page = RegistryPage.objects.filter(pk=address).first()
    return Remembered(page.etag, page.next_page_token) if page else None


def _recall_nothing(address: str) -> None:
    return None


def _ids_of(studies: Iterable[Any]) -> list[str]:
    """Return the NCT ids of studies as received, without those that have none."""
    keys = []
    for study in studies:
        value = study
        for name in ("protocolSection", "identificationModule", "nctId"):
            value = value.get(name) if isinstance(value, dict) else None
        keys.append(nct_id(value))
    return [key for key in keys if key]
