"""Finds trials: words with their synonyms, filters, counts, order. Reads search documents only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from threading import Lock
from typing import Any

from django.db import connection

from trials.eligibility import Age
from trials.enums import Sex
from trials.facet_codes import BASE, FACETS, facet_code, facet_of, value_of
from trials.models import Trial
from trials.places import nearest_sites
from trials.search_distance import UNPLACED, SearchedDistance
from trials.search_query import TrialQuery
from trials.search_words import NOTHING, SearchedWords
from trials.vocabulary import CANCER, MARKER, THERAPY, Vocabulary

LISTED_COLUMNS = ", ".join(
    f"trials_trial.{name}"
    for name in (
        "id",
        "nct_id",
        "brief_title",
        "acronym",
        "status",
        "phases",
        "conditions",
        "sponsor",
        "sex",
        "study_type",
        "minimum_age_text",
        "maximum_age_text",
        "has_our_site",
        "our_site_open",
        "start",
        "last_update_posted",
    )
)
ORDERS = {
    "relevance": "rank, score DESC, updated DESC NULLS LAST, trial_id",
    "updated": "rank, updated DESC NULLS LAST, trial_id",
    "title": "rank, title, trial_id",
    "start": "rank, start DESC NULLS LAST, trial_id",
}
RANKED = 2000
# Counts of broad searches take the longest and are asked for again and again.
KEPT_COUNTS = 256

_kept: dict[str, Any] = {}
_counting = Lock()


def forget_counts() -> None:
    """Drop what is kept, for tests that undo their changes."""
    _kept.clear()


@dataclass(slots=True)
class Counts:
    """How many trials there are: in all, and per value of each filter."""

    total: int = 0
    facets: dict[str, dict[str, int]] = field(default_factory=dict)


class TrialSearch:
    """One search in one language.

    Words that say nothing ("the") find all trials, or none without ``nothing_finds_all``. With
    ``among``, only trials with these keys are found.
    """

    def __init__(
        self,
        query: TrialQuery,
        vocabulary: Vocabulary,
        language: str,
        *,
        nothing_finds_all: bool = True,
        among: list[int] | None = None,
    ) -> None:
        self.query = query
        self.vocabulary = vocabulary
        self.nothing_finds_all = nothing_finds_all
        self.language = "es" if language.startswith("es") else "en"
        self.parameters: dict[str, Any] = {"language": self.language}
        self.among = "" if among is None else "AND trial_id = ANY (%(among)s::bigint[])"
        self.parameters |= {} if among is None else {"among": among}
        self.words = SearchedWords(query.q, vocabulary, self.language, self.parameters)
        self.also_searched = self.words.also_searched
        self.distance = SearchedDistance(query)
        # What does not narrow by it is the same for every ZIP code, and kept for all of them.
        self.parameters |= self.distance.parameters if self.distance.within else {}
        self.filters = self._filters(vocabulary)
        self.parameters |= self.filters

    def total(self) -> int:
        """Return how many trials fit (1 query)."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {self._fitting()}", self.parameters)
            return int(cursor.fetchone()[0])

    def total_by_words(self) -> int:
        """Return how many trials would fit without any filter (1 query)."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {self._matching()}", self.parameters)
            return int(cursor.fetchone()[0])

    def words_find_any(self) -> bool:
        """Return whether any trial would fit without any filter (1 query, ended at the first)."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT {self._matching()})", self.parameters)
            return bool(cursor.fetchone()[0])

    def counts(self) -> Counts:
        """Return the counts; each filter's are those under all the other filters (1 query).

        A trial that every filter lets through counts for each of its values; one that a single
        filter keeps out counts for its values of that filter: what choosing them would bring.
        """
        lets_through = {facet: f"facets && %({facet})s::bigint[]" for facet in self.filters}
        wanted: list[Iterable[str]] = [lets_through.values()]
        for facet, condition in lets_through.items():
            others = lets_through | {facet: f"NOT {condition}"}
            wanted.append([*others.values(), f"code & {BASE - 1} = {FACETS.index(facet)}"])
        codes = "SELECT code FROM base, unnest(facets) AS code WHERE "
        parts = (codes + " AND ".join(["TRUE", *each]) for each in wanted)
        # What is read several times is copied once; without words and places the index is faster.
        is_narrow = self.filters and (self.words.all or self.distance.within)
        kept = "MATERIALIZED" if is_narrow else "NOT MATERIALIZED"
        statement = f"""{self.by_the_words}
            WITH base AS {kept} (SELECT facets {self._matching()} {self.narrowing()})
            SELECT code, count(*) FROM ({" UNION ALL ".join(parts)}) AS counted GROUP BY code
        """  # noqa: S608 - names are constants of this module, values are parameters
        facets: dict[str, dict[str, int]] = defaultdict(dict)
        for code, count in self.counted(statement, self.parameters):
            facets[facet_of(code)][value_of(code)] = count
        # Every trial has exactly one value of sex, so those that are let through are all trials.
        allowed = [value_of(code) for code in self.filters.get("sex", [])] or facets["sex"]
        return Counts(sum(facets["sex"].get(value, 0) for value in allowed), dict(facets))

    def unplaced(self) -> int:
        """Return how many trials only the distance keeps out, as nobody knows where they are.

        It is the same for every ZIP code, and kept (1 query, none without a distance).
        """
        if not self.distance.within:
            return 0
        where = f"{self._matching()} {self.age_condition()} {self._chosen()} AND {UNPLACED}"
        own = {k: v for k, v in self.parameters.items() if k not in self.distance.parameters}
        return self.counted(f"SELECT 0, count(*) {where}", own)[0][1]

    def counted(self, statement: str, parameters: dict[str, Any]) -> list[tuple[int, int]]:
        """Return the rows of a statement that counts, kept in the process until content changes."""
        number = self.vocabulary.generation
        key = f"{statement}{sorted(parameters.items(), key=itemgetter(0))}"
        with _counting:
            if number and _kept.get("generation") != number:
                _kept.clear()
                _kept.update(generation=number, rows={})
            known = _kept.get("rows", {}).get(key) if number else None
        if known is not None:
            return known
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            rows: list[tuple[int, int]] = cursor.fetchall()
        with _counting:
            if number and _kept.get("generation") == number and len(_kept["rows"]) < KEPT_COUNTS:
                _kept["rows"][key] = rows
        return rows

    @property
    def by_the_words(self) -> str:
        """Return what goes before a statement that the index of the words is to answer.

        To the planner looking into a vector costs as little as adding two numbers, so it would
        rather look into all of them than ask the index. Counts for this statement alone, and in a
        transaction until its end.
        """
        is_of_words = self.words.all and not self.distance.within
        return "SET LOCAL enable_indexscan = off;" if is_of_words else ""

    def trials(self, *, limit: int, offset: int = 0, total: int = 0) -> list[Trial]:
        """Return the trials of one page in order, each with its ``shown_title`` (1 query).

        ``total`` says how many fit, where that is known: no order by words helps among thousands,
        and it would read each of them. With a ZIP code each has its ``nearest`` place (1 query;
        by distance 1 or 2 more).
        """
        if self.query.order == "distance":
            trials = self._by_distance(limit, offset, total)
        else:
            trials = self._in_order(limit, offset, total)
        if self.query.origin and trials:
            nearest = nearest_sites(trials, self.query.origin)
            for trial in trials:
                trial.nearest = nearest.get(trial.pk)
        return trials

    def newest(self, limit: int) -> list[Trial]:
        """Return the trials whose records were updated last, each with its ``shown_title``.

        Whether they take new people plays no part, and the query's own order neither (1 query).
        """
        order = "updated DESC NULLS LAST, trial_id"
        # Titles only of those that are shown: without words the narrow index then answers the rest.
        statement = f"""{self.by_the_words}
            SELECT {LISTED_COLUMNS}, document.title AS shown_title
            FROM (SELECT trial_id, updated {self._fitting()}
                  ORDER BY {order} LIMIT %(limit)s) AS found
            JOIN trials_searchdocument AS document
                ON document.trial_id = found.trial_id AND document.language = %(language)s
            JOIN trials_trial ON trials_trial.id = found.trial_id
            ORDER BY found.updated DESC NULLS LAST, found.trial_id
        """  # noqa: S608
        return list(Trial.objects.raw(statement, {**self.parameters, "limit": limit}))

    def _by_distance(self, limit: int, offset: int, total: int) -> list[Trial]:
        """Return a page of the nearest trials; what takes new people first, see the order.

        Among thousands, the places are gone through from the nearest one until the page is full.
        """
        among = self._matching() + self.age_condition() + self._chosen()
        found: list[Trial] = []
        for ring in self.distance.rings if total > RANKED else []:
            found = self._listed(self.distance.of_places(among, ring), limit, offset, ring.miles)
            if len(found) == limit or ring.is_all:
                return found
        return self._listed(self.distance.of_documents(self._fitting()), limit, offset)

    def _listed(self, source: str, limit: int, offset: int, ring: int = 0) -> list[Trial]:
        order = self.distance.order
        statement = f"""
            SELECT {LISTED_COLUMNS}, found.title AS shown_title
            FROM (SELECT trial_id, title, is_open, miles FROM {source}
                  ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s) AS found
            JOIN trials_trial ON trials_trial.id = found.trial_id
            ORDER BY {order}
        """  # noqa: S608
        page = {"limit": limit, "offset": offset, "ring": ring}
        return list(Trial.objects.raw(statement, self.parameters | self.distance.parameters | page))

    def _in_order(self, limit: int, offset: int, total: int) -> list[Trial]:
        is_broad = self.query.order in {"relevance", "updated"} and total > RANKED
        order = ORDERS["updated" if is_broad else self.query.order]
        score = f"ts_rank(vector, {self.words.typed})" if "score" in order else "0"
        # Keeps the planner from walking the index of the list past all that the words do not find;
        # where they find much, a page is soon full.
        fence = "OFFSET 0" if self.words.all and not is_broad else ""
        statement = f"""
            SELECT {LISTED_COLUMNS}, found.title AS shown_title
            FROM (SELECT * FROM (
                    SELECT trial_id, title, rank, updated, start, {score} AS score
                    {self._fitting()} {fence}) AS fitting
                  ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s) AS found
            JOIN trials_trial ON trials_trial.id = found.trial_id
            ORDER BY {", ".join(f"found.{column.strip()}" for column in order.split(","))}
        """  # noqa: S608
        return list(
            Trial.objects.raw(statement, {**self.parameters, "limit": limit, "offset": offset})
        )

    def _matching(self) -> str:
        """Return the SQL of the documents that the words find."""
        words = self.words.all or NOTHING
        otherwise = f"numnode({words}) = 0 OR " if self.nothing_finds_all else ""
        return f"""FROM trials_searchdocument
            WHERE language = %(language)s AND ({otherwise}vector @@ ({words})) {self.among}"""

    def age_condition(self) -> str:
        """Return the SQL that narrows documents to the age asked for, "" without one."""
        return (
            ""
            if self.query.age is None
            else """AND minimum_age_days < %(age_to)s
                AND (maximum_age_days IS NULL OR maximum_age_days >= %(age_from)s)"""
        )

    def narrowing(self) -> str:
        """Return the SQL of all that narrows documents and has no counts of its own."""
        return f"{self.age_condition()} {self.distance.condition}"

    def _chosen(self) -> str:
        return "".join(f" AND facets && %({facet})s::bigint[]" for facet in self.filters)

    def _fitting(self) -> str:
        return f"{self._matching()} {self.narrowing()} {self._chosen()}"

    def _filters(self, vocabulary: Vocabulary) -> dict[str, list[int]]:
        """Return the codes that each filter in use lets through."""
        query, slugs = self.query, vocabulary.slugs
        if query.age is not None:
            self.parameters["age_from"] = Age(query.age, "year").days
            self.parameters["age_to"] = Age(query.age + 1, "year").days
        values: dict[str, list[Any]] = {
            "status": query.statuses,
            "phase": query.phases,
            "condition": [slugs[CANCER][slug] for slug in query.conditions],
            "therapy": [slugs[THERAPY][slug] for slug in query.therapies],
            "place": query.places,
            "volunteers": query.volunteers,
            "biomarker": [slugs[MARKER][slug] for slug in query.biomarkers],
            "prior": query.prior,
            **query.burdens,
            "sex": [query.sex, Sex.ALL.value, ""] if query.sex else [],
        }
        return {
            facet: [facet_code(facet, value) for value in chosen]
            for facet, chosen in values.items()
            if chosen
        }
