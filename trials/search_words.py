"""Turns what people type into a tsquery: words and groups of synonyms, all of which must match."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trials.search_documents import concept_token
from trials.text import TOKEN, query_forms, words
from trials.vocabulary import DRUG, Concept, Vocabulary

SHOWN_SYNONYMS = 6
EXPANDED_SYNONYMS = 40
NOTHING = "''::tsquery"


@dataclass(frozen=True, slots=True)
class AlsoSearched:
    """Words of the query and the other words that were searched with them."""

    said: str
    others: list[str]


class SearchedWords:
    """The SQL of one query's words; its values are added to ``parameters``."""

    def __init__(
        self, text: str, vocabulary: Vocabulary, language: str, parameters: dict[str, Any]
    ) -> None:
        self.vocabulary = vocabulary
        self.language = language
        self.parameters = parameters
        self.also_searched: list[AlsoSearched] = []
        self._typed: list[str] = []
        self.all = " && ".join(self._groups(text))

    @property
    def typed(self) -> str:
        """What ranking looks for: what was typed and what it means.

        Ranking dozens of synonyms, most of them phrases, takes seconds and orders no better.
        """
        return " || ".join(self._typed) or NOTHING

    def _groups(self, text: str) -> Iterator[str]:
        tokens = list(TOKEN.finditer(text))
        covered: set[int] = set()
        spans: dict[tuple[int, int], list[Concept]] = defaultdict(list)
        for found in self.vocabulary.find(text, any_case=True):
            spans[(found.first, found.length)].append(found.concept)
        for (first, length), concepts in sorted(spans.items(), key=lambda s: (-s[0][1], s[0][0])):
            places = set(range(first, first + length))
            if places & covered:
                continue
            covered |= places
            said = text[tokens[first].start() : tokens[first + length - 1].end()]
            yield self._group(said, concepts)
        # "anti-PD-1" is one loose word with two spellings, so the text is cut at spaces only.
        kept = list(text)
        for place in covered:
            kept[tokens[place].start() : tokens[place].end()] = " " * len(tokens[place][0])
        for word in "".join(kept).split():
            if TOKEN.search(word):
                form = self._any_form(word, "plainto_tsquery")
                self._typed.append(form)
                yield form

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
        said_words = set(words(said))
        for other in list(dict.fromkeys(searched))[:EXPANDED_SYNONYMS]:
            # Short forms such as ALL or ICI would find ordinary words, and whatever holds all the
            # words that were said is found by them already.
            if len(other) > 3 and not said_words <= set(words(other)):
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
