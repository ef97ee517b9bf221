"""Education pages for tests."""

from itertools import count
from typing import Any

from wagtail.models import Page

from clinic.models import HomePage
from education.models import EducationIndexPage, EducationPage
from tests.factories import make_home_page

_number = count(1)
SOURCE = (
    "citation",
    {
        "title": "Immunotherapy",
        "publisher": "NCI",
        "url": "https://www.cancer.gov/",
        "accessed": None,
    },
)


def make_education_index(parent: Page | None = None, **overrides: Any) -> EducationIndexPage:
    """Return a live education index page below the home page."""
    parent = parent or HomePage.objects.first() or make_home_page()
    fields = {
        "title": "Learn",
        "slug": "education",
        "show_in_menus": True,
        "locale": parent.locale,
        **overrides,
    }
    return parent.add_child(instance=EducationIndexPage(**fields))


def make_education_page(parent: Page | None = None, **overrides: Any) -> EducationPage:
    """Return a live education page with a source."""
    parent = parent or EducationIndexPage.objects.first() or make_education_index()
    number = next(_number)
    fields = {
        "title": f"Answer {number}",
        "slug": f"answer-{number}",
        "locale": parent.locale,
        "citations": [SOURCE],
        **overrides,
    }
    return parent.add_child(instance=EducationPage(**fields))
