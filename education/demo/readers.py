"""Invented answers and searches of readers, so that the lists of the demo show something."""

from datetime import date, timedelta

from django.utils import timezone

from clinic.demo.site_tree import find_page
from clinic.models import FailedSearch
from education.models import HelpfulVote, PageComment

# Slug, readers whom it helped, readers whom it did not, what they wrote: helpful or not, words.
ANSWERS: tuple[tuple[str, int, int, tuple[tuple[bool, str], ...]], ...] = (
    ("what-is-immunotherapy", 31, 3, ((True, "The first page that I understood."),)),
    ("side-effects-and-when-to-call", 24, 2, ((True, "Printed it for the fridge."),)),
    (
        "cost-and-insurance",
        6,
        9,
        ((False, "I still do not know whom to ask first."), (False, "Too long for me.")),
    ),
    ("car-t-step-by-step", 12, 4, ((False, "How long is the hospital stay?"),)),
    ("your-first-visit", 17, 1, ()),
)
# Words and language; each was searched on the last three days.
SEARCHES = (("cbd oil", "en"), ("wig bank", "en"), ("clases de yoga", "es"))


def add_answers() -> None:
    """Add the answers and searches to a demo that has none."""
    today = timezone.localdate()
    if not (HelpfulVote.objects.exists() or PageComment.objects.exists()):
        for slug, yes, no, comments in ANSWERS:
            _add_to_page(slug, [True] * yes + [False] * no, comments, today)
    if not FailedSearch.objects.exists():
        FailedSearch.objects.bulk_create(
            FailedSearch(term=term, language=language, day=today - timedelta(days=ago))
            for term, language in SEARCHES
            for ago in range(3)
        )


def _add_to_page(
    slug: str, votes: list[bool], comments: tuple[tuple[bool, str], ...], today: date
) -> None:
    page = find_page(slug, "en")
    if page is None:
        return
    HelpfulVote.objects.bulk_create(
        HelpfulVote(page=page, is_helpful=is_helpful, day=today - timedelta(days=number % 40))
        for number, is_helpful in enumerate(votes)
    )
    PageComment.objects.bulk_create(
        PageComment(page=page, is_helpful=is_helpful, text=text, day=today - timedelta(days=3))
        for is_helpful, text in comments
    )
