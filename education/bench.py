"""What the benchmark measures of education."""

from django.db.models import TextField
from django.db.models.functions import Cast, Length
from django.urls import reverse

from education.models import EducationPage


def pages() -> dict[str, str]:
    """Return the glossary, and the education page with the most content: no other one is worse."""
    english = EducationPage.objects.live().filter(locale__language_code="en")
    longest = english.order_by(Length(Cast("body", TextField())).desc(), "pk").first()
    found = {"glossary": reverse("education:glossary")}
    return found | ({"education page": longest.get_url()} if longest else {})
