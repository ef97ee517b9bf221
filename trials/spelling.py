"""Searches for what was meant when nothing is found for what was typed."""

from dataclasses import replace

from education import query_words
from trials.search import TrialSearch
from trials.vocabulary import Vocabulary

# As few as this may be what another spelling happens to find: "brest cancer", in Brest.
FEW = 5


def also_meant(found: TrialSearch, total: int, vocabulary: Vocabulary) -> str:
    """Return the words to offer beside a search that found little, "" where none find far more."""
    if not (found.words.has_unknown and 0 < total <= FEW):
        return ""
    meant = as_meant(found, vocabulary)
    return meant.query.q if meant and meant.total() > FEW * total else ""


def as_meant(found: TrialSearch, vocabulary: Vocabulary) -> TrialSearch | None:
    """Return the search for words of the vocabularies that are spelled alike.

    None when there are none, or when they find nothing either.
    """
    for meant in query_words.spellings(found.query.q, found.language):
        search = TrialSearch(replace(found.query, q=meant), vocabulary, found.language)
        if search.words_find_any():
            return search
    return None
