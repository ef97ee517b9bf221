"""What readers said of pages, added up for those who keep the pages true."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from education.models import HelpfulVote, PageComment

COUNTED_DAYS = 90
KEEP_COMMENTS = timedelta(days=180)
KEEP_VOTES = timedelta(days=730)


@dataclass(frozen=True)
class Feedback:
    """The answers about one page in the last `COUNTED_DAYS` days."""

    yes: int = 0
    no: int = 0
    comments: int = 0

    @property
    def share(self) -> int | None:
        """Return how many percent found the page helpful; None without an answer."""
        total = self.yes + self.no
        return round(100 * self.yes / total) if total else None


def feedback_of(page_ids: Iterable[int]) -> dict[int, Feedback]:
    """Return the answers by page, for pages that have any; two queries."""
    ids = list(page_ids)
    recent = {"page__in": ids, "day__gte": counted_from()}
    votes = HelpfulVote.objects.filter(**recent).values("page")
    counts = votes.annotate(
        yes=Count("pk", filter=Q(is_helpful=True)), no=Count("pk", filter=Q(is_helpful=False))
    )
    answers = {row["page"]: (row["yes"], row["no"]) for row in counts}
    written = PageComment.objects.filter(**recent).values("page").annotate(number=Count("pk"))
    comments = {row["page"]: row["number"] for row in written}
    return {
        page_id: Feedback(*answers.get(page_id, (0, 0)), comments.get(page_id, 0))
        for page_id in answers.keys() | comments.keys()
    }


def counted_from() -> date:
    """Return the first day that counts."""
    return timezone.localdate() - timedelta(days=COUNTED_DAYS)


def forget_old_feedback() -> None:
    """Delete what nobody needs to know any more."""
    today = timezone.localdate()
    PageComment.objects.filter(day__lt=today - KEEP_COMMENTS).delete()
    HelpfulVote.objects.filter(day__lt=today - KEEP_VOTES).delete()
