"""Trials open to many cancers: a group of its own next to what a search for one cancer finds.

A person with a rare cancer often fits only trials for "any solid tumor", which name no cancer.
"""

import re
from dataclasses import dataclass, replace

from trials.models import Trial
from trials.search import LISTED_COLUMNS, TrialSearch
from trials.search_documents import concept_token
from trials.search_words import SearchedWords
from trials.text import concept_words
from trials.vocabulary import ANY_OF_FAMILY, CANCER, Concept, Vocabulary

SHOWN = 3
# A rare cancer that the vocabulary does not know is told by its name; nearly all are solid ones.
CANCER_NAME = re.compile(r"[a-z]{3,}(?:oma|omas|omata)|cancer")


@dataclass(frozen=True, slots=True)
class OpenToMany:
    """The trials for any cancer of a family that the search itself does not show.

    ``address`` is the search with the family in the place of its cancers. It lists all of them, and
    those that the search itself shows.
    """

    slug: str
    name: str
    count: int
    trials: list[Trial]
    address: str


def open_to_many(found: TrialSearch, vocabulary: Vocabulary) -> list[OpenToMany]:
    """Return a group per family of the cancers that are searched for (2 queries each)."""
    slugs = vocabulary.slugs[CANCER]
    asked = found.words.cancers | {slugs[slug] for slug in found.query.conditions}
    families = {vocabulary.families[pk] for pk in asked}
    if not asked and _names_unknown_cancer(found.query.q):
        families = {"solid"}
    groups = []
    for family in sorted(families, reverse=True):
        agnostic = slugs.get(ANY_OF_FAMILY[family])
        if agnostic and agnostic not in asked:
            groups.append(_group(found, vocabulary, agnostic, ANY_OF_FAMILY[family]))
    return [group for group in groups if group.count]


def _names_unknown_cancer(text: str) -> bool:
    words = concept_words(text)
    return words != ("cancer",) and any(CANCER_NAME.fullmatch(word) for word in words)


def _group(found: TrialSearch, vocabulary: Vocabulary, agnostic: int, slug: str) -> OpenToMany:
    """Return the trials for any cancer of a family under the other words and filters."""
    parameters = dict(found.parameters)
    is_unknown = not found.words.cancers and _names_unknown_cancer(found.query.q)
    besides = "" if is_unknown else found.words.besides_cancers
    words = SearchedWords(besides, vocabulary, found.language, parameters)
    parameters |= {"many": concept_token(Concept("many", agnostic))}
    # One condition on the words: the index answers it without reading a document.
    wanted = ["to_tsquery('simple', %(many)s)", *([words.all] if words.all else [])]
    is_apart = bool(found.words.all) and "condition" not in found.filters
    wanted += [f"!! ({found.words.all})"] if is_apart else []
    where = ["language = %(language)s", f"vector @@ ({' && '.join(wanted)})"]
    where += [f"facets && %({name})s::bigint[]" for name in found.filters if name != "condition"]
    if "condition" in found.filters:
        own = [f"vector @@ ({found.words.all})"] if found.words.all else []
        own.append("facets && %(condition)s::bigint[]")
        where.append(f"NOT ({' AND '.join(own)})")
    # The first few with the count of all, kept as counts are: they change only with content.
    rows = found.counted(
        f"""{found.by_the_words}
        SELECT trial_id, count(*) OVER () FROM trials_searchdocument
        WHERE {" AND ".join(where)} {found.narrowing()}
        ORDER BY rank, updated DESC NULLS LAST, trial_id LIMIT {SHOWN}
        """,  # noqa: S608 - names are constants of this package, values are parameters
        parameters,
    )
    name = vocabulary.names[Concept(CANCER, agnostic)][found.language == "es"]
    count = rows[0][1] if rows else 0
    trials = _listed(rows, found.language) if rows else []
    address = replace(found.query, q=besides, conditions=[slug]).address()
    return OpenToMany(slug, name, count, trials, address)


def _listed(rows: list[tuple[int, int]], language: str) -> list[Trial]:
    """Return the trials of such rows in their order, each with its ``shown_title``."""
    statement = f"""
        SELECT {LISTED_COLUMNS}, trials_searchdocument.title AS shown_title
        FROM trials_trial JOIN trials_searchdocument ON trial_id = trials_trial.id
        WHERE language = %(language)s AND trial_id = ANY (%(trials)s)
        ORDER BY array_position(%(trials)s, trial_id)
    """  # noqa: S608 - constants of this package
    wanted = [trial_id for trial_id, _count in rows]
    return list(Trial.objects.raw(statement, {"language": language, "trials": wanted}))
