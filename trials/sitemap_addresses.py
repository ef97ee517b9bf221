"""The trials' part of the sitemap."""

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from trials.models import Trial


def addresses() -> Iterator[dict[str, str]]:
    """Yield the addresses of the search and of each trial that search engines may show."""
    yield _in_each_language("trials:search")
    columns = ("nct_id", "status", "is_listed", "missing_count")
    for trial in Trial.objects.listed().only(*columns).order_by("nct_id"):
        if not trial.is_noindex:
            yield _in_each_language("trials:detail", trial.nct_id)


def _in_each_language(name: str, *arguments: str) -> dict[str, str]:
    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found[code] = reverse(name, args=arguments)
    return found
