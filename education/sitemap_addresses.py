"""The glossary's part of the sitemap."""

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override


def addresses() -> Iterator[dict[str, str]]:
    """Yield the address of the glossary in each language."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found[code] = reverse("education:glossary")
    yield found
