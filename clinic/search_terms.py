"""What a search is made of: clauses that must all match, each in any of its other words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.search import SearchQuery as PostgresQuery
from wagtail.search.query import Phrase, PlainText

from clinic.contributions import contributions


@dataclass(frozen=True)
class Clause:
    """What somebody said, and other words for the same."""

    said: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueryWords:
    """A search as the rooms understand it.

    ``leads`` are the pages that answer it best, ``suggestion`` is another spelling.
    """

    clauses: tuple[Clause, ...]
    leads: tuple[int, ...] = ()
    is_urgent: bool = False
    suggestion: str = ""

    @property
    def also_searched(self) -> list[Clause]:
        """Return the clauses that were searched with other words too."""
        return [clause for clause in self.clauses if clause.others]


def understand(text: str, language: str) -> QueryWords:
    """Return what the rooms know about the words of a query.

    A room contributes by a module ``query_words.py`` with ``read(text, language) -> QueryWords``.
    """
    words = QueryWords((Clause(text),))
    for room in contributions("query_words"):
        more = room.read(text, language)
        words = replace(more, is_urgent=words.is_urgent or more.is_urgent)
    return words


def word_address(term: str, language: str, user: Any) -> str:
    """Return where this user tells the vocabularies what a word means, "" where nobody can.

    The room with the vocabularies says it by ``query_words.py`` with ``word_address``.
    """
    addresses = (room.word_address(term, language, user) for room in contributions("query_words"))
    return next(filter(None, addresses), "")


def for_pages(clauses: Sequence[Clause]) -> Any:
    """Return the clauses as a query of the page index."""
    return reduce(
        and_,
        [
            reduce(or_, [PlainText(clause.said), *(Phrase(other) for other in clause.others)])
            for clause in clauses
        ],
    )


def for_postgres(clauses: Sequence[Clause], config: str) -> Any:
    """Return the clauses as a tsquery for the ORM."""

    def one(clause: Clause) -> Any:
        others = [PostgresQuery(o, config=config, search_type="phrase") for o in clause.others]
        return reduce(or_, [PostgresQuery(clause.said, config=config), *others])

    return reduce(and_, map(one, clauses))


def as_sql(clauses: Sequence[Clause], config: str) -> tuple[str, list[str]]:
    """Return the clauses as SQL of a tsquery, with its parameters."""
    parameters: list[str] = []
    groups = []
    for clause in clauses:
        parts = ["plainto_tsquery(%s::regconfig, %s)"]
        parts += ["phraseto_tsquery(%s::regconfig, %s)"] * len(clause.others)
        groups.append(f"({' || '.join(parts)})")
        for word in (clause.said, *clause.others):
            parameters += [config, word]
    return " && ".join(groups), parameters
