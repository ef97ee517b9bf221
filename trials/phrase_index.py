"""Finds phrases in text, whatever their case, plural, accents and hyphens. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from trials.text import TOKEN, concept_words

SHORTEST_ABBREVIATION_FOLDED = 5


@dataclass(frozen=True, slots=True)
class Concept:
    """A vocabulary entry: its kind and primary key. A drug's key is its generic name's."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Found:
    """A vocabulary entry found in a text, by which of its words."""

    concept: Concept
    first: int
    length: int


@dataclass(slots=True)
class PhraseIndex:
    """Words and phrases, each with the entries that it names."""

    phrases: dict[tuple[str, ...], list[Concept]] = field(default_factory=dict)
    capitals: dict[str, list[Concept]] = field(default_factory=dict)
    longest_from: dict[str, int] = field(default_factory=dict)
    # The words that begin a phrase or are an abbreviation, as texts are folded.
    firsts: set[str] = field(default_factory=set)

    def add(self, concept: Concept, term: str, *, abbreviation: bool = False) -> None:
        """Add one word or phrase for an entry."""
        if abbreviation and len(term) < SHORTEST_ABBREVIATION_FOLDED and _is_capitals(term):
            # "ALL" is a leukemia, "all" is a word: short abbreviations count in capitals only.
            self.capitals.setdefault(term, []).append(concept)
            self.firsts.update(concept_words(term))
            return
        for key in {concept_words(term), concept_words(term.replace("-", ""))}:
            if key:
                self.phrases.setdefault(key, []).append(concept)
                self.longest_from[key[0]] = max(self.longest_from.get(key[0], 0), len(key))
                self.firsts.add(key[0])

    def find(self, text: str, *, any_case: bool = False) -> Iterator[Found]:
        """Yield the entries named in a text, longest phrase first at each place.

        ``any_case`` is for queries, where people type abbreviations in small letters.
        """
        tokens = concept_words(text)
        # Most texts name nothing: told without a step for each word.
        if self.firsts.isdisjoint(tokens):
            return
        starts = self.longest_from
        read_to = 0
        for place, token in enumerate(tokens):
            if place < read_to or token not in starts:
                continue
            for size in range(min(starts[token], len(tokens) - place), 0, -1):
                if concepts := self.phrases.get(tokens[place : place + size]):
                    read_to = place + size
                    yield from (Found(concept, place, size) for concept in concepts)
                    break
        for place, word in enumerate(TOKEN.findall(text) if self.capitals else ()):
            key = word.upper() if any_case else word
            yield from (Found(concept, place, 1) for concept in self.capitals.get(key, ()))


def _is_capitals(term: str) -> bool:
    return term.isalpha() and term.isupper()
