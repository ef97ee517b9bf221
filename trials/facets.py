"""The filters of the search page: their choices with counts, and how to take them away."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from trials import burden
from trials.enums import Phase, Sex, TrialStatus, label_of
from trials.facet_codes import NO, OURS, YES
from trials.prior_treatment import BEFORE, NOT_YET
from trials.search import Counts
from trials.search_query import TrialQuery
from trials.vocabulary import CANCER, MARKER, THERAPY, Concept, Vocabulary

PLACES = [(OURS, _lazy("Open at our clinic"))]
DISTANCES = (10, 25, 50, 100, 250)
VOLUNTEERS = [(YES, _lazy("Healthy people can join")), (NO, _lazy("Only people with the disease"))]
PRIOR = [
    (NOT_YET, _lazy("For people not treated yet")),
    (BEFORE, _lazy("For people treated before")),
]
# A filter with more choices is shut until it is wanted.
SHOWN_OPEN = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter. ``key`` names its parameter where it is not the filter's own."""

    value: str
    label: str
    count: int
    is_chosen: bool
    key: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter. ``is_single`` is shown with radio buttons."""

    key: str
    title: str
    choices: list[Choice]
    is_single: bool = False

    @property
    def is_long(self) -> bool:
        """Return whether the filter is better shut until somebody wants it."""
        return len(self.choices) > SHOWN_OPEN

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
            "biomarker",
            _("Biomarker that the trial names"),
            _terms(MARKER, "biomarker", query.biomarkers, counts, vocabulary),
        ),
        Facet(
            "prior",
            _("Treatment so far, where the trial says it"),
            _choices(PRIOR, counts.facets.get("prior", {}), query.prior),
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
        Facet("burden", _("What it asks of you, where we know it"), _burdens(query, counts)),
        Facet(
            burden.SPEAKS,
            _("Languages that the team speaks"),
            _choices(
                list(burden.LANGUAGES.items()),
                counts.facets.get(burden.SPEAKS, {}),
                query.burdens.get(burden.SPEAKS, []),
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


def _burdens(query: TrialQuery, counts: Counts) -> list[Choice]:
    """Return choices of several filters: each that is chosen must be fulfilled."""
    choices = [
        Choice(
            value,
            str(label),
            counts.facets.get(name, {}).get(value, 0),
            value in query.burdens.get(name, []),
            name,
        )
        for name, value, label in burden.CHOICES
    ]
    return [choice for choice in choices if choice.count or choice.is_chosen]


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
    used += [
        (("biomarker", slug), term_name(vocabulary, MARKER, slug)) for slug in query.biomarkers
    ]
    used += [(("prior", value), str(dict(PRIOR)[value])) for value in query.prior]
    used += [
        ((name, value), burden.label_for(name, value))
        for name, values in query.burdens.items()
        for value in values
    ]
    if query.age is not None:
        used.append((("age", str(query.age)), _("Age %(age)d") % {"age": query.age}))
    if query.origin and query.within:
        label = _("Within %(miles)d miles") % {"miles": query.within}
        used.append((("within", str(query.within)), label))
    if query.sex:
        used.append((("sex", query.sex.lower()), label_of(Sex, query.sex)))
    removable = [Removable(label, query.address(without=[pair])) for pair, label in used]
    return [*removable, *_removable_zip(query)]


def _removable_zip(query: TrialQuery) -> list[Removable]:
    """Return the ZIP code in use; what only it makes possible goes with it."""
    if not query.origin:
        return []
    gone = {"zip", "within"} | ({"sort"} if query.sort == "distance" else set())
    without = [pair for pair in query.parameters() if pair[0] in gone]
    words = {"town": query.origin.town, "state": query.origin.state, "zip": query.origin.zip_code}
    label = _("Distances from %(town)s, %(state)s %(zip)s") % words
    return [Removable(label, query.address(without=without))]


def distances(query: TrialQuery) -> list[int]:
    """Return the distances to choose from in miles, with another one that is in use."""
    return sorted({*DISTANCES, *([query.within] if query.within else [])})


def unplaced_notes(count: int) -> list[str]:
    """Return the note about trials that a distance keeps out as nobody knows where they are."""
    note = ngettext(
        "%(count)d more trial fits, but the registry does not say where it is. To see it, take "
        "away the distance.",
        "%(count)d more trials fit, but the registry does not say where they are. To see them, "
        "take away the distance.",
        count,
    )
    return [note % {"count": count}] if count else []
