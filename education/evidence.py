"""The sources of a page and who checked each of them last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from clinic.audit import record_event
from education.models import EducationPage, EvidenceCheck

Outcome = EvidenceCheck.Outcome


@dataclass(frozen=True)
class Source:
    """One citation of a page, and the last time that somebody opened it."""

    title: str
    publisher: str
    url: str
    last: EvidenceCheck | None = None

    @property
    def needs_work(self) -> bool:
        """Return whether the last look found something that the page has to follow."""
        return self.last is not None and self.last.outcome != Outcome.HOLDS


@dataclass(frozen=True)
class Evidence:
    """All sources of one page."""

    sources: Sequence[Source]

    @property
    def unchecked(self) -> int:
        """Return how many sources nobody ever opened."""
        return sum(source.last is None for source in self.sources)

    @property
    def open(self) -> int:
        """Return how many sources were found to say something else, gone or replaced."""
        return sum(source.needs_work for source in self.sources)

    @property
    def checked_on(self) -> date | None:
        """Return since when every source has been checked; None while one has not."""
        if not self.sources or self.unchecked:
            return None
        return min(
            timezone.localdate(source.last.checked_at) for source in self.sources if source.last
        )

    @property
    def words(self) -> str:
        """Return the state of the sources in a few words."""
        if not self.sources:
            return gettext("No sources")
        if self.open:
            words = ngettext(
                "%(count)d source to follow up", "%(count)d sources to follow up", self.open
            )
            return words % {"count": self.open}
        checked_on = self.checked_on
        if checked_on is None:
            words = gettext("%(count)d of %(total)d never checked")
            return words % {"count": self.unchecked, "total": len(self.sources)}
        return date_format(checked_on, "SHORT_DATE_FORMAT")


def evidence_of(pages: Iterable[EducationPage]) -> dict[int, Evidence]:
    """Return the sources of these pages as they hold them, by id; one query."""
    found = list(pages)
    last: dict[tuple[int, str], EvidenceCheck] = {}
    checks = EvidenceCheck.objects.filter(page__in=[page.pk for page in found])
    for check in checks.order_by("checked_at", "pk"):
        last[check.page_id, check.url] = check
    return {
        page.pk: Evidence(
            [
                Source(
                    title=cited.value["title"],
                    publisher=cited.value["publisher"],
                    url=cited.value["url"],
                    last=last.get((page.pk, cited.value["url"])),
                )
                for cited in page.citations
            ]
        )
        for page in found
    }


@transaction.atomic
def record_checks(
    *,
    page: EducationPage,
    sources: Sequence[Source],
    outcome: str,
    note: str,
    user: Any,
    request: HttpRequest,
) -> None:
    """Add one look at each of these sources; the day and the person are those of the request."""
    name = user.signature or user.get_full_name() or user.get_username()
    EvidenceCheck.objects.bulk_create(
        EvidenceCheck(
            page=page,
            title=source.title[:500],
            url=source.url[:2000],
            outcome=outcome,
            note=note,
            checked_by=user,
            checked_by_name=str(name)[:200],
        )
        for source in sources
    )
    record_event(
        action="page.sources_checked",
        actor=user,
        object_type="page",
        object_id=page.pk,
        data={"sources": len(sources), "outcome": outcome},
        request=request,
    )
