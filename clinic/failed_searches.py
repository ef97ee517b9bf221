"""Searches that found nothing: noted without a person, listed when several people meant the same.

A word is listed when it was searched at least three times on at least two days, so that what one
person typed once stays unseen. Words of our own vocabularies, a rare cancer for example, tell
nobody anything about a person and are listed at once. A room says by ``query_words.py`` with
``knows(text, language) -> bool`` which words those are.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Count, Exists, Max, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from clinic.client_address import client_address
from clinic.contact_screen import tells_who
from clinic.contributions import contributions
from clinic.models import FailedSearch, IgnoredTerm
from clinic.rate_limit import hit

logger = logging.getLogger(__name__)

LONGEST = 80
MOST_WORDS = 6
SEEN_TIMES, SEEN_DAYS = 3, 2
KEPT = timedelta(days=30)
# More than a person tries; a flood of made-up words must not fill the list.
MOST_PER_HOUR = 20


@dataclass(frozen=True)
class FailedTerm:
    """Words that found nothing in the days that are kept, and how often."""

    term: str
    language: str
    times: int
    days: int
    last_day: date
    is_known: bool


def note_failed(text: str, language: str, request: HttpRequest) -> None:
    """Keep the words of a search that found nothing, if they tell nothing of a person.

    Never in the way: what the database refuses is logged, without the words.
    """
    term = _term(text)
    if request.method != "GET" or not _is_impersonal(term):
        return
    try:
        with transaction.atomic():
            if not hit("failed-search", client_address(request), MOST_PER_HOUR, timedelta(hours=1)):
                FailedSearch.objects.bulk_create([FailedSearch(term=term, language=language)])
    except DatabaseError:
        logger.warning("A search without a result could not be noted", exc_info=False)


def listed_terms() -> list[FailedTerm]:
    """Return the words that may be seen, those searched most often first."""
    ignored = IgnoredTerm.objects.filter(term=OuterRef("term"), language=OuterRef("language"))
    groups = (
        FailedSearch.objects.filter(~Exists(ignored), day__gte=_first_day())
        .values("term", "language")
        .annotate(times=Count("pk"), days=Count("day", distinct=True), last_day=Max("day"))
        .order_by("-times", "-last_day", "term")
    )
    terms = [FailedTerm(**group, is_known=_is_known(group)) for group in groups.iterator()]
    return [
        term
        for term in terms
        if term.is_known or (term.times >= SEEN_TIMES and term.days >= SEEN_DAYS)
    ]


def drop(term: str, language: str, *, for_good: bool) -> None:
    """Take words off the list: until somebody searches for them again, or for good."""
    if for_good:
        IgnoredTerm.objects.get_or_create(term=term, language=language)
    FailedSearch.objects.filter(term=term, language=language).delete()


def forget_old_searches() -> None:
    """Delete what is older than the days that count."""
    FailedSearch.objects.filter(day__lt=_first_day()).delete()


def _term(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_impersonal(term: str) -> bool:
    """Return whether the words are short, have letters, and seem to name nobody."""
    words = term.split()
    fits = any(char.isalpha() for char in term) and len(term) <= LONGEST
    return fits and len(words) <= MOST_WORDS and not tells_who(term)


def _is_known(group: Mapping[str, Any]) -> bool:
    """Return whether our own vocabularies hold these words."""
    return any(
        room.knows(group["term"], group["language"]) for room in contributions("query_words")
    )


def _first_day() -> date:
    return timezone.localdate() - KEPT
