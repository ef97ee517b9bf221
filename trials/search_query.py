"""Reads a search from an address. What cannot be understood is left out, with a note."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from trials import burden
from trials.distance import FARTHEST, Origin, locate, read_zip
from trials.enums import Phase, Sex, TrialStatus
from trials.facet_codes import NO, OURS, YES
from trials.prior_treatment import BEFORE, NOT_YET
from trials.registry.values import CONTROL
from trials.vocabulary import CANCER, MARKER, THERAPY, Vocabulary

LONGEST_QUERY = 200
OLDEST = 120
SORTS = ("relevance", "updated", "title", "start", "distance")
PHASE_WORDS = {
    **{value.lower().replace("_", ""): value for value in Phase.values},
    **{value.lower().removeprefix("phase"): value for value in Phase.values},
    "early1": Phase.EARLY_PHASE1.value,
}
SEX_WORDS = {
    "female": Sex.FEMALE.value,
    "f": Sex.FEMALE.value,
    "women": Sex.FEMALE.value,
    "woman": Sex.FEMALE.value,
    "male": Sex.MALE.value,
    "m": Sex.MALE.value,
    "men": Sex.MALE.value,
    "man": Sex.MALE.value,
    "all": "",
}


@dataclass(slots=True)
class TrialQuery:
    """What is asked for. Lists hold alternatives."""

    q: str = ""
    statuses: list[str] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    therapies: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    volunteers: list[str] = field(default_factory=list)
    biomarkers: list[str] = field(default_factory=list)
    prior: list[str] = field(default_factory=list)
    burdens: dict[str, list[str]] = field(default_factory=dict)
    age: int | None = None
    # The ZIP code as typed, where that is, and how many miles away a trial may be.
    zip: str = ""
    origin: Origin | None = None
    within: int | None = None
    sex: str = ""
    sort: str = ""
    page: int = 1
    notes: list[str] = field(default_factory=list)

    @property
    def has_filters(self) -> bool:
        """Return whether anything but words narrows the search."""
        return any(name not in {"q", "sort", "zip"} for name, _value in self.parameters())

    @property
    def order(self) -> str:
        """Return the sort order: by relevance where there are words."""
        is_possible = {"relevance": bool(self.q), "distance": bool(self.origin)}
        if self.sort and is_possible.get(self.sort, True):
            return self.sort
        return "relevance" if self.q else "updated"

    def parameters(self) -> list[tuple[str, str]]:
        """Return the search as parameters of an address, in a fixed order, without the page."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [("status", value.lower()) for value in self.statuses]
        pairs += [("phase", value.lower()) for value in self.phases]
        pairs += [("condition", slug) for slug in self.conditions]
        pairs += [("therapy", slug) for slug in self.therapies]
        pairs += [("place", value) for value in self.places]
        pairs += [("volunteers", value) for value in self.volunteers]
        pairs += [("biomarker", slug) for slug in self.biomarkers]
        pairs += [("prior", value) for value in self.prior]
        pairs += [(name, value) for name, values in self.burdens.items() for value in values]
        pairs += [("age", str(self.age))] if self.age is not None else []
        pairs += [("sex", self.sex.lower())] if self.sex else []
        pairs += [("zip", self.origin.zip_code)] if self.origin else []
        pairs += [("within", str(self.within))] if self.within else []
        pairs += [("sort", self.sort)] if self.sort else []
        return pairs

    def address(self, *, without: Iterable[tuple[str, str]] = (), page: int = 1) -> str:
        """Return the query string, optionally without some parameters or for another page."""
        left_out = set(without)
        pairs = [pair for pair in self.parameters() if pair not in left_out]
        if page > 1:
            pairs.append(("page", str(page)))
        return "?" + urlencode(pairs) if pairs else "?"


def read_query(data: QueryDict, vocabulary: Vocabulary) -> TrialQuery:
    """Return the search that an address asks for."""
    return _Reader(data, vocabulary).read()


class _Reader:
    def __init__(self, data: QueryDict, vocabulary: Vocabulary) -> None:
        self.values: dict[str, list[str]] = {}
        for key, values in data.lists():
            self.values.setdefault(key.lower(), []).extend(values)
        self.vocabulary = vocabulary
        self.statuses = {status.lower(): status for status in TrialStatus.values}
        self.query = TrialQuery()

    def read(self) -> TrialQuery:
        query = self.query
        query.q = self._words()
        query.statuses = self._choices("status", self.statuses)
        query.phases = self._choices("phase", PHASE_WORDS)
        slugs = self.vocabulary.slugs
        query.conditions = self._choices("condition", {slug: slug for slug in slugs[CANCER]})
        query.therapies = self._choices("therapy", {slug: slug for slug in slugs[THERAPY]})
        query.places = self._choices("place", {OURS: OURS, "anywhere": ""})
        query.volunteers = self._choices("volunteers", {YES: YES, NO: NO})
        query.biomarkers = self._choices("biomarker", {slug: slug for slug in slugs[MARKER]})
        query.prior = self._choices("prior", {NOT_YET: NOT_YET, BEFORE: BEFORE})
        for name in burden.NAMES:
            query.burdens[name] = self._choices(name, {one: one for one in burden.values_of(name)})
        query.age = self._number("age", 0, OLDEST)
        sexes = self._choices("sex", SEX_WORDS)
        query.sex = sexes[0] if len(sexes) == 1 else ""
        sorts = self._choices("sort", {sort: sort for sort in SORTS})
        query.sort = sorts[0] if sorts else ""
        query.page = self._number("page", 1, 100_000) or 1
        self._distance()
        return query

    def _distance(self) -> None:
        query = self.query
        typed = [value for value in self.values.get("zip", []) if value.strip()]
        for given in typed:
            query.zip = _shown(given)
            code = read_zip(given)
            query.origin = locate(code) if code else None
        if typed and not query.origin:
            note = _("We do not know the ZIP code “%(zip)s”. These are trials at any distance.")
            query.notes.append(note % {"zip": query.zip})
        asked = [v for v in self.values.get("within", []) if v.strip().lower() != "anywhere"]
        self.values["within"] = asked
        within = self._number("within", 1, FARTHEST)
        query.within = within if query.origin else None
        if not query.origin and not typed and (within or query.sort == "distance"):
            query.notes.append(_("To search by distance, add a ZIP code."))

    def _words(self) -> str:
        given = " ".join(self.values.get("q", []))
        text = " ".join(CONTROL.sub(" ", given).replace("\ufffd", " ").split())
        if CONTROL.search(given) or "\ufffd" in given:
            self.query.notes.append(_("Some characters of your search were left out."))
        if len(text) > LONGEST_QUERY:
            self.query.notes.append(_("Your search was long. Only its beginning was used."))
            text = text[:LONGEST_QUERY].rsplit(" ", 1)[0]
        return text

    def _choices(self, key: str, known: Mapping[str, str]) -> list[str]:
        chosen: dict[str, None] = {}
        for given in self.values.get(key, []):
            value = given.strip().lower()
            compact = re.sub(r"[ _-]", "", value) if key == "phase" else value
            if compact in known:
                chosen[known[compact]] = None
            elif value:
                self._ignore(key, given)
        return [value for value in chosen if value]

    def _number(self, key: str, lowest: int, highest: int) -> int | None:
        number = None
        for given in self.values.get(key, []):
            value = given.strip()
            digits = value.lstrip("0") or value[:1]
            is_number = value.isascii() and value.isdecimal() and len(digits) < 10
            if is_number and lowest <= int(digits) <= highest:
                number = int(digits)
            elif value:
                self._ignore(key, given)
        return number

    def _ignore(self, key: str, given: str) -> None:
        self.query.notes.append(
            _("We do not know “%(value)s” as a value of “%(key)s”, so it was left out.")
            % {"value": _shown(given), "key": key}
        )


def _shown(given: str) -> str:
    return " ".join(CONTROL.sub(" ", given).split())[:40]
