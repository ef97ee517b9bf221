"""Registry text with the glossary's words marked, as on education pages."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from education.glossary import mark
from education.word_list import Word, word_link, word_list

REGISTRY_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Explained:
    """A piece of HTML and the words that it is the first to use, in the reader's language."""

    html: SafeString
    words: list[Word]


class Explainer:
    """Marks the words of one page: each where it first stands and nowhere else.

    The registry writes English, so English words are looked for; what they mean is told in the
    language of the page, and a word that has no entry there stays as it is. The words lists are
    kept in the process: two queries when something has changed, else one each.
    """

    def __init__(self, unmarked: Iterable[str] = ()) -> None:
        self._english = word_list(REGISTRY_LANGUAGE)
        self._words = word_list().words
        self._skip = {*unmarked, *(self._english.words.keys() - self._words.keys())}

    def explain(self, html: str) -> Explained:
        """Return the HTML with its first uses marked; nothing else of it changes."""
        marked, found = mark(html, self._english.matcher, word_link, self._skip)
        words = [self._words[slug] for slug in found]
        return Explained(mark_safe(marked), words)  # noqa: S308 - escaped by its template
