"""Searches for what was meant when nothing is found for what was typed."""

from dataclasses import replace

from education import query_words
from trials.search import TrialSearch
from trials.vocabulary import Vocabulary


def as_meant(found: TrialSearch, vocabulary: Vocabulary) -> TrialSearch | None:
    """Return the search for words of the vocabularies that are spelled alike.

    None when there are none, or when they find nothing either. For a search that found nothing.
    """
    meant = query_words.read(found.query.q, found.language).suggestion
    if not meant:
        return None
    search = TrialSearch(replace(found.query, q=meant), vocabulary, found.language)
    return search if search.total_by_words() else None
