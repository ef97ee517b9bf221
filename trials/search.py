"""Finds trials: words with their synonyms, filters, counts, order. Reads search documents only."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from trials.eligibility import Age
from trials.enums import Sex
from trials.models import Trial
from trials.search_documents import concept_token
from trials.search_query import TrialQuery
from trials.text import TOKEN, query_forms
from trials.vocabulary import CANCER, DRUG, THERAPY, Concept, Vocabulary

SHOWN_SYNONYMS = 6
EXPANDED_SYNONYMS = 40
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
FACETS = ("status", "phase", "condition", "therapy", "sex")
ORDERS = {
    "relevance": "rank, ts_rank(vector, words.typed) DESC, updated DESC NULLS LAST, trial_id",
    "updated": "rank, updated DESC NULLS LAST, trial_id",
    "title": "rank, title, trial_id",
    "start": "rank, start DESC NULLS LAST, trial_id",
}
BASE = """
    FROM trials_searchdocument, (SELECT {words} AS query, {typed} AS typed) AS words
    WHERE language = %(language)s AND {matches}
      AND (%(age_from)s::int IS NULL OR minimum_age_days < %(age_to)s)
      AND (%(age_from)s::int IS NULL OR maximum_age_days IS NULL
           OR maximum_age_days >= %(age_from)s)
"""
CONDITIONS = {
    "status": "(%(any_status)s OR status = ANY(%(statuses)s))",
    "phase": "(%(any_phase)s OR phases && %(phases)s::varchar[])",
    "condition": "(%(any_condition)s OR cancer_types && %(conditions)s::bigint[])",
    "therapy": "(%(any_therapy)s OR therapy_types && %(therapies)s::bigint[])",
    "sex": "(%(any_sex)s OR sex = ANY(%(sexes)s))",
}
VALUES = {
    "status": "status",
    "phase": "unnest(phases)",
    "condition": "unnest(cancer_types)::text",
    "therapy": "unnest(therapy_types)::text",
    "sex": "sex",
}


def _counted(name: str) -> str:
    others = " AND ".join(f"ok_{other}" for other in FACETS if other != name)
    value = VALUES.get(name, "''")
    return f"SELECT '{name}' AS facet, {value} AS value FROM base WHERE {others}"  # noqa: S608


COUNTED = " UNION ALL ".join([*map(_counted, [*FACETS, "total"]), "SELECT 'words', '' FROM base"])


@dataclass(frozen=True, slots=True)
class AlsoSearched:
    """Words of the query and the other words that were searched with them."""

    said: str
    others: list[str]


@dataclass(slots=True)
class Counts:
    """How many trials there are: in all, by words alone, and per value of each filter."""

    total: int = 0
    by_words: int = 0
    facets: dict[str, dict[str, int]] = field(default_factory=dict)


class TrialSearch:
    """One search in one language."""

    def __init__(self, query: TrialQuery, vocabulary: Vocabulary, language: str) -> None:
        self.query = query
        self.vocabulary = vocabulary
        self.language = "es" if language.startswith("es") else "en"
        self.also_searched: list[AlsoSearched] = []
        self.parameters = self._filter_parameters()
        # Ranking looks for what was typed and what it means; ranking dozens of synonyms, most of
        # them phrases, takes seconds and orders no better.
        self._typed: list[str] = []
        words = self._words()
        matches = f"(numnode({words}) = 0 OR vector @@ words.query)" if words else "TRUE"
        typed = " || ".join(self._typed) or "''::tsquery"
        self.base = BASE.format(words=words or "''::tsquery", typed=typed, matches=matches)

    def counts(self) -> Counts:
        """Return the counts; each filter's are those under all the other filters (1 query)."""
        flags = ", ".join(f"{sql} AS ok_{name}" for name, sql in CONDITIONS.items())
        statement = f"""
            WITH base AS MATERIALIZED (
                SELECT status, phases, cancer_types, therapy_types, sex, {flags} {self.base})
            SELECT facet, value, count(*) FROM ({COUNTED}) AS counted GROUP BY facet, value
        """  # noqa: S608 - names are constants of this module, values are parameters
        facets: dict[str, dict[str, int]] = defaultdict(dict)
        with connection.cursor() as cursor:
            cursor.execute(statement, self.parameters)
            for facet, value, count in cursor.fetchall():
                facets[facet][value] = count
        total = facets.pop("total", {}).get("", 0)
        by_words = facets.pop("words", {}).get("", 0)
        return Counts(total, by_words, dict(facets))

    def trials(self, *, limit: int, offset: int = 0) -> list[Trial]:
        """Return the trials of one page in order, each with its ``shown_title`` (1 query)."""
        statement = f"""
            SELECT {LISTED_COLUMNS}, found.title AS shown_title
            FROM (SELECT trial_id, title, row_number() OVER (ORDER BY {ORDERS[self.query.order]})
                         AS place
                  {self.base} AND {" AND ".join(CONDITIONS.values())}
                  ORDER BY place LIMIT %(limit)s OFFSET %(offset)s) AS found
            JOIN trials_trial ON trials_trial.id = found.trial_id ORDER BY found.place
        """  # noqa: S608
        return list(
            Trial.objects.raw(statement, {**self.parameters, "limit": limit, "offset": offset})
        )

    def _filter_parameters(self) -> dict[str, Any]:
        query, slugs = self.query, self.vocabulary.slugs
        age = query.age
        return {
            "language": self.language,
            "statuses": query.statuses,
            "any_status": not query.statuses,
            "phases": query.phases,
            "any_phase": not query.phases,
            "conditions": [slugs[CANCER][slug] for slug in query.conditions],
            "any_condition": not query.conditions,
            "therapies": [slugs[THERAPY][slug] for slug in query.therapies],
            "any_therapy": not query.therapies,
            "sexes": [query.sex, Sex.ALL.value, ""],
            "any_sex": not query.sex,
            "age_from": None if age is None else Age(age, "year").days,
            "age_to": None if age is None else Age(age + 1, "year").days,
        }

    def _words(self) -> str:
        """Return the SQL of the tsquery: words and groups of synonyms, all of which must match."""
        text = self.query.q
        tokens = list(TOKEN.finditer(text))
        groups: list[str] = []
        covered: set[int] = set()
        spans: dict[tuple[int, int], list[Concept]] = defaultdict(list)
        for found in self.vocabulary.find(self.query.q, any_case=True):
            spans[(found.first, found.length)].append(found.concept)
        for (first, length), concepts in sorted(spans.items(), key=lambda s: (-s[0][1], s[0][0])):
            places = set(range(first, first + length))
            if places & covered:
                continue
            covered |= places
            said = text[tokens[first].start() : tokens[first + length - 1].end()]
            groups.append(self._group(said, concepts))
        # "anti-PD-1" is one loose word with two spellings, so the text is cut at spaces only.
        kept = list(text)
        for place in covered:
            kept[tokens[place].start() : tokens[place].end()] = " " * len(tokens[place][0])
        for word in "".join(kept).split():
            if TOKEN.search(word):
                groups.append(self._any_form(word, "plainto_tsquery"))
                self._typed.append(groups[-1])
        return " && ".join(groups)

    def _group(self, said: str, concepts: list[Concept]) -> str:
        alternatives = [self._any_form(said, "plainto_tsquery")]
        shown: list[str] = []
        searched: list[str] = []
        for concept in dict.fromkeys(concepts):
            if concept.kind != DRUG:
                alternatives.append(f"to_tsquery('simple', {self._add(concept_token(concept))})")
            shown += self.vocabulary.other_words(concept, said, {self.language})
            searched += self.vocabulary.other_words(concept, said, {"en", self.language})
        self._typed += alternatives
        for other in list(dict.fromkeys(searched))[:EXPANDED_SYNONYMS]:
            # Short forms such as ALL or ICI would find ordinary words.
            if len(other) > 3:
                alternatives.append(self._any_form(other, "phraseto_tsquery"))
        if shown:
            others = list(dict.fromkeys(shown))[:SHOWN_SYNONYMS]
            self.also_searched.append(AlsoSearched(said, others))
        return f"({' || '.join(alternatives)})"

    def _any_form(self, text: str, function: str) -> str:
        configs = ("english", "spanish") if self.language == "es" else ("english",)
        forms = [
            f"{function}('{config}', {self._add(form)})"
            for form in query_forms(text)
            for config in configs
        ]
        return f"({' || '.join(forms)})"

    def _add(self, value: str) -> str:
        name = f"word{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s"
