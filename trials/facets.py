"""The filters of the search page: their choices with counts, and how to take them away."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from trials.enums import Phase, Sex, TrialStatus, label_of
from trials.facet_codes import NO, OURS, YES
from trials.search import Counts
from trials.search_query import TrialQuery
from trials.vocabulary import CANCER, THERAPY, Concept, Vocabulary

PLACES = [(OURS, _lazy("Open at our clinic"))]
VOLUNTEERS = [(YES, _lazy("Healthy people can join")), (NO, _lazy("Only people with the disease"))]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter. ``is_single`` is shown with radio buttons."""

    key: str
    title: str
    choices: list[Choice]
    is_single: bool = False

    @property
    def is_used(self) -> bool:
        """Return whether a choice of this filter narrows the search."""
        return any(choice.is_chosen and choice.value for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Removable:
    """A filter in use and the address of the search without it."""

    label: str
    address: str


def facets(query: TrialQuery, counts: Counts, vocabulary: Vocabulary) -> list[Facet]:
    """Return the filters with their choices; a choice without trials is left out unless chosen."""
    return [
        Facet(
            "place",
            _("Place"),
            _choices(PLACES, counts.facets.get("place", {}), query.places),
        ),
        Facet(
            "status",
            _("Status"),
            _choices(
                [(value, label_of(TrialStatus, value)) for value in TrialStatus.values],
                counts.facets.get("status", {}),
                query.statuses,
            ),
        ),
        Facet(
            "condition",
            _("Cancer type"),
            _terms(CANCER, "condition", query.conditions, counts, vocabulary),
        ),
        Facet(
            "therapy",
            _("Kind of treatment"),
            _terms(THERAPY, "therapy", query.therapies, counts, vocabulary),
        ),
        Facet(
            "phase",
            _("Phase"),
            _choices(
                [(value, label_of(Phase, value)) for value in Phase.values],
                counts.facets.get("phase", {}),
                query.phases,
            ),
        ),
        Facet(
            "volunteers",
            _("Healthy volunteers"),
            _choices(VOLUNTEERS, counts.facets.get("volunteers", {}), query.volunteers),
        ),
        Facet("sex", _("Sex"), _sex_choices(query, counts.facets.get("sex", {})), is_single=True),
    ]


def _choices(
    options: Sequence[tuple[str, str | Promise]], counted: dict[str, int], chosen: list[str]
) -> list[Choice]:
    return [
        Choice(value.lower(), str(label), counted.get(value, 0), value in chosen)
        for value, label in options
        if counted.get(value) or value in chosen
    ]


def _terms(
    kind: str, facet: str, chosen: list[str], counts: Counts, vocabulary: Vocabulary
) -> list[Choice]:
    counted = counts.facets.get(facet, {})
    return [
        Choice(slug, term_name(vocabulary, kind, slug), counted.get(str(pk), 0), slug in chosen)
        for slug, pk in vocabulary.slugs[kind].items()
        if counted.get(str(pk)) or slug in chosen
    ]


def term_name(vocabulary: Vocabulary, kind: str, slug: str) -> str:
    """Return the name of a vocabulary entry in the active language."""
    english, spanish = vocabulary.names[Concept(kind, vocabulary.slugs[kind][slug])]
    return spanish if (get_language() or "en").startswith("es") else english


def _sex_choices(query: TrialQuery, counted: dict[str, int]) -> list[Choice]:
    both = counted.get(Sex.ALL.value, 0) + counted.get("", 0)
    everyone = Choice("", _("Any"), sum(counted.values()), not query.sex)
    return [
        everyone,
        *(
            Choice(
                sex.value.lower(),
                str(sex.label),
                both + counted.get(sex.value, 0),
                query.sex == sex.value,
            )
            for sex in (Sex.FEMALE, Sex.MALE)
        ),
    ]


def removable_filters(query: TrialQuery, vocabulary: Vocabulary) -> list[Removable]:
    """Return the filters in use, each with the way to take it away."""
    used = [(("status", value.lower()), label_of(TrialStatus, value)) for value in query.statuses]
    used += [
        (("condition", slug), term_name(vocabulary, CANCER, slug)) for slug in query.conditions
    ]
    used += [(("therapy", slug), term_name(vocabulary, THERAPY, slug)) for slug in query.therapies]
    used += [(("phase", value.lower()), label_of(Phase, value)) for value in query.phases]
    used += [(("place", value), str(dict(PLACES)[value])) for value in query.places]
    used += [(("volunteers", value), str(dict(VOLUNTEERS)[value])) for value in query.volunteers]
    if query.age is not None:
        used.append((("age", str(query.age)), _("Age %(age)d") % {"age": query.age}))
    if query.sex:
        used.append((("sex", query.sex.lower()), label_of(Sex, query.sex)))
    return [Removable(label, query.address(without=[pair])) for pair, label in used]
