"""The demo clinic: invented, deterministic, loaded as often as one likes."""

from typing import Any

from wagtail.models import Locale, Site

from clinic.demo import facts, pages_of_clinic
from clinic.demo.site_tree import LANGUAGES
from clinic.demo_people import load_demo_people


def load(context: Any = None) -> None:
    """Add what is missing of the clinic's part and overwrite nothing.

    The home page leads to education pages, so education's part publishes the clinic's pages when
    its own are there.
    """
    for language in LANGUAGES:
        Locale.objects.get_or_create(language_code=language)
    facts.add_people()
    load_demo_people()
    pages_of_clinic.add_empty_pages()
    facts.add_settings(Site.objects.get(is_default_site=True))
    facts.add_patient_texts()
