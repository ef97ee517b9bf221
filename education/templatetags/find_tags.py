"""The lists of the page that helps people find theirs."""

from dataclasses import dataclass, field
from itertools import groupby

from django import template

from education.models import EducationPage, FindMyPage, Synonym
from education.templatetags.education_tags import therapy_type_cards

register = template.Library()


@dataclass
class Medicine:
    """A drug by its generic name, and the page that explains its kind; no address without one."""

    generic: str
    kind: str
    url: str
    brands: list[str] = field(default_factory=list)

    @property
    def letter(self) -> str:
        return self.generic[:1].upper()


@register.simple_tag
def medicines() -> list[tuple[str, list[Medicine]]]:
    """Return the medicines of our vocabulary by first letter."""
    kinds = {card["therapy_type"].pk: card for card in therapy_type_cards()}
    found: dict[int, Medicine] = {}
    drugs = Synonym.objects.filter(kind=Synonym.Kind.GENERIC, therapy_type__isnull=False)
    for drug in drugs:
        card = kinds[drug.therapy_type_id]
        found[drug.pk] = Medicine(drug.term, card["therapy_type"].name, card["url"])
    for brand in Synonym.objects.filter(kind=Synonym.Kind.BRAND, generic__in=found):
        found[brand.generic_id or 0].brands.append(brand.term)
    ordered = sorted(found.values(), key=lambda medicine: medicine.generic.casefold())
    return [(letter, list(group)) for letter, group in groupby(ordered, lambda each: each.letter)]


@register.simple_tag
def pages_of_section(page: FindMyPage, section: str) -> list[EducationPage]:
    """Return the live pages of a section in the language of the page, in reading order."""
    return list(
        EducationPage.objects.live()
        .filter(locale=page.locale_id, section=section)
        .order_by("path")
        .defer_streamfields()
    )


@register.simple_tag
def way_in(index_page: object) -> FindMyPage | None:
    """Return the page that helps people find theirs, below an index page."""
    return FindMyPage.objects.child_of(index_page).live().first()
