"""The trials' part of the sitemap."""

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from trials.models import Trial

ANY_ID = "NCT00000000"


def addresses() -> Iterator[dict[str, str]]:
    """Yield the addresses of the search and of each trial that search engines may show."""
    yield _in_each_language("trials:search")
    # Resolved once: a hundred thousand times would take many seconds.
    named = _in_each_language("trials:detail", ANY_ID)
    columns = ("nct_id", "status", "is_listed", "missing_count")
    for trial in Trial.objects.listed().only(*columns).order_by("nct_id").iterator():
        if not trial.is_noindex:
            yield {code: one.replace(ANY_ID, trial.nct_id) for code, one in named.items()}


def _in_each_language(name: str, *arguments: str) -> dict[str, str]:
    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found[code] = reverse(name, args=arguments)
    return found
