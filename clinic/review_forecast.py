"""How many pages each clinician has to check in the months to come."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from clinic.review import add_months
from clinic.review_reports import reviewed_pages

MONTHS = 6


@dataclass(frozen=True)
class Forecast:
    """Months as their first days; for each clinician the number of pages in each month."""

    months: list[date]
    rows: list[tuple[str, list[int]]]

    @property
    def largest(self) -> int:
        """Return the largest number, to draw the others to its scale."""
        return max((number for _name, numbers in self.rows for number in numbers), default=0)


def forecast(today: date | None = None) -> Forecast:
    """Return the pages by who checked them last and when they are due; overdue ones are due now."""
    first = (today or timezone.localdate()).replace(day=1)
    months = [add_months(first, number) for number in range(MONTHS)]
    due = reviewed_pages().filter(
        review_due__lt=add_months(first, MONTHS), reviewer_name__isnull=False
    )
    rows: defaultdict[str, list[int]] = defaultdict(lambda: [0] * MONTHS)
    for name, day in due.values_list("reviewer_name", "review_due"):
        rows[name][months.index(max(day, first).replace(day=1))] += 1
    return Forecast(months, sorted(rows.items()))
