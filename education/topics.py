"""What a page is about, in the words of the vocabularies, read once for each visit."""

from dataclasses import dataclass

from django.db.models import QuerySet, Value
from django.utils.translation import get_language

from education.models import CancerType, EducationPage, TherapyType

Kind = type[TherapyType] | type[CancerType]
KINDS: dict[str, Kind] = {"therapy_types": TherapyType, "cancer_types": CancerType}
# Their names at schema.org.
SCHEMA_TYPES = {"therapy_types": "MedicalTherapy", "cancer_types": "MedicalCondition"}


@dataclass(frozen=True)
class Topic:
    """A vocabulary entry as far as a search for trials and search engines need it."""

    pk: int
    slug: str
    name: str


def topics_of(page: EducationPage) -> dict[str, list[Topic]]:
    """Return the therapy types and the cancer types of a page, with one query for both."""
    kept = getattr(page, "_topics", None)
    if kept is None:
        kept = page._topics = _read(page)  # type: ignore[attr-defined]
    return kept


def _read(page: EducationPage) -> dict[str, list[Topic]]:
    if not isinstance(page.therapy_types.all(), QuerySet):  # a preview: what is not saved yet
        return {
            kind: [Topic(entry.pk, entry.slug, entry.name) for entry in getattr(page, kind).all()]
            for kind in KINDS
        }
    name = "name_es" if (get_language() or "en").startswith("es") else "name_en"
    parts = [
        model.objects.filter(educationpage=page)
        .order_by()
        .annotate(kind=Value(kind))
        .values_list("kind", "pk", "slug", name)
        for kind, model in KINDS.items()
    ]
    found: dict[str, list[Topic]] = {kind: [] for kind in KINDS}
    for kind, pk, slug, words in parts[0].union(parts[1]).order_by("slug"):
        found[kind].append(Topic(pk=pk, slug=slug, name=words))
    return found
