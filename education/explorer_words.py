"""What the list of pages in the admin says of education pages."""

from collections.abc import Iterable

from django.utils.translation import gettext

from education.evidence import evidence_of
from education.feedback import feedback_of
from education.models import EducationPage


def helpful_words(page_ids: Iterable[int]) -> dict[int, str]:
    """Return how many readers found each page helpful, by id, for pages with answers."""
    words = gettext("%(share)d%% of %(total)d")
    return {
        page_id: words % {"share": found.share, "total": found.yes + found.no}
        for page_id, found in feedback_of(page_ids).items()
        if found.share is not None
    }


def source_words(page_ids: Iterable[int]) -> dict[int, str]:
    """Return since when the sources of each live page are checked, or what is left to do."""
    pages = EducationPage.objects.filter(pk__in=list(page_ids))
    return {page_id: evidence.words for page_id, evidence in evidence_of(pages).items()}
