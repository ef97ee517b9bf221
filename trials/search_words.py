"""Turns what people type into a tsquery: words and groups of synonyms, all of which must match."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from trials.lay_words import (
    IMMUNOTHERAPY,
    OTHER_WORDS,
    stages,
    telling,
    tidied,
)
from trials.search_documents import concept_token, mention_token
from trials.text import TOKEN, plain, query_forms
from trials.typed_words import (
    SPREAD,
    SPREAD_WORDS,
    WITH_A_CANCER,
    WITHOUT,
    read_typed,
)
from trials.vocabulary import CANCER, DRUG, THERAPY, Concept, Vocabulary

SHOWN_SYNONYMS = 6
# How many words after "not" and the like are left out when the vocabularies know none of them.
LEFT_OUT_UNKNOWN = 3
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
        self.left_out: list[str] = []
        self.cancers: set[int] = set()
        # What was typed without the cancers that it names, and without how far they have spread.
        self.besides_cancers = ""
        # Whether a word was typed that no vocabulary knows: it may be misspelled.
        self.has_unknown = False
        self._typed: list[str] = []
        typed = read_typed(tidied(text))
        kept = self._take_exclusions(typed.words)
        kept, spread = self._take_spread(kept)
        kept, staged = self._take_stages(kept)
        groups = [*self._groups(kept), *spread, *staged, *map(self._phrase, typed.phrases)]
        self.left_out[:0] = typed.excluded
        groups += [f"!! {self._left_out(said)}" for said in self.left_out]
        self.all = " && ".join(groups)

    @property
    def typed(self) -> str:
        """What ranking looks for: what was typed and what it means.

        Ranking dozens of synonyms, most of them phrases, takes seconds and orders no better.
        """
        return " || ".join(self._typed) or NOTHING

    def _take_exclusions(self, text: str) -> str:
        """Return the text without "not melanoma" and the like, which are left out."""
        for match in reversed(list(WITHOUT.finditer(text))):
            rest = text[match.end() :]
            known = [
                found for found in self.vocabulary.find(rest, any_case=True) if not found.first
            ]
            length = max((found.length for found in known), default=0)
            # "NOT" in capitals is meant so, whatever follows; "breast cancer not triple negative"
            # must not find just what was not wanted.
            is_capital, has_more = match[0].strip() == "NOT", bool(text[: match.start()].strip())
            length = length or int(is_capital) or LEFT_OUT_UNKNOWN * has_more
            tokens = list(TOKEN.finditer(rest))[:length]
            if tokens:
                end = match.end() + tokens[-1].end()
                self.left_out.insert(0, text[match.end() : end])
                text = f"{text[: match.start()]} {text[end:]}"
        return text

    def _left_out(self, said: str) -> str:
        """Return the SQL of something that must not be there: what it is about, or its words.

        Where somebody leaves out "small cell", the trials of "non-small cell" stay.
        """
        found = list(self.vocabulary.find(said, any_case=True))
        tokens = [concept_token(one.concept) for one in found if one.concept.kind != DRUG]
        tokens += [mention_token(one.concept) for one in found if one.concept.kind == DRUG]
        about = [f"to_tsquery('simple', {self._add(token)})" for token in dict.fromkeys(tokens)]
        if not any(one.length == len(TOKEN.findall(said)) for one in found):
            words, opposite = (
                self._any_form(form, "phraseto_tsquery") for form in (said, f"non {said}")
            )
            about.append(f"({words} && !! {opposite})")
            about += [
                self._any_form(other, "phraseto_tsquery")
                for other in OTHER_WORDS.get(plain(said), ())
            ]
        return f"({' || '.join(about)})"

    def _phrase(self, said: str) -> str:
        form = self._any_form(said, "phraseto_tsquery")
        self._typed.append(form)
        return form

    def _spread(self, said: str) -> str:
        """Return the SQL of "stage 4" and all that says the same."""
        own = SPREAD_WORDS[self.language]
        return self._any_of(said, dict.fromkeys((said, *own, *SPREAD_WORDS["en"])), len(own) + 1)

    def _any_of(self, said: str, words: Iterable[str], shown: int = SHOWN_SYNONYMS) -> str:
        """Return the SQL of any of the words for what was said, and tell the first few."""
        words = list(words)
        others = [word for word in words[:shown] if word.casefold() != said.casefold()]
        self.also_searched.append(AlsoSearched(said, others))
        alternatives = [self._any_form(word, "phraseto_tsquery") for word in words]
        self._typed.append(alternatives[0])
        return f"({' || '.join(alternatives)})"

    def _take_stages(self, text: str) -> tuple[str, list[str]]:
        """Return the text without stages up to 3, and the SQL of them."""
        groups = []
        for stage in stages(text):
            groups.append(self._any_of(stage.said, stage.words))
            text = f"{text[: stage.start]}{' ' * len(stage.said)}{text[stage.end :]}"
        return text, groups

    def _take_spread(self, text: str) -> tuple[str, list[str]]:
        """Return the text without words for a cancer that has spread, and the SQL of them.

        They come before the vocabulary, so that each finds the same with each name of a cancer.
        """
        rest = SPREAD.sub(lambda match: " " * len(match[0]), text)
        found = self.vocabulary.find(rest, any_case=True)
        families = self.vocabulary.families
        has_cancer = any(
            each.concept.kind == CANCER and families[each.concept.id] == "solid" for each in found
        )
        groups = []
        for match in SPREAD.finditer(text):
            if has_cancer or not WITH_A_CANCER.fullmatch(match[0]):
                groups.append(self._spread(match[0]))
                text = text.replace(match[0], " " * len(match[0]))
        return text, groups

    def _groups(self, text: str) -> Iterator[str]:
        tokens = list(TOKEN.finditer(text))
        covered: set[int] = set()
        named: set[int] = set()
        spans: dict[tuple[int, int], list[Concept]] = defaultdict(list)
        for found in self.vocabulary.find(text, any_case=True):
            spans[(found.first, found.length)].append(found.concept)
        for (first, length), concepts in sorted(spans.items(), key=lambda s: (-s[0][1], s[0][0])):
            places = set(range(first, first + length))
            if places & covered:
                continue
            covered |= places
            said = text[tokens[first].start() : tokens[first + length - 1].end()]
            cancers = {concept.id for concept in concepts if concept.kind == CANCER}
            self.cancers |= cancers
            named |= places if cancers else set()
            yield self._group(said, concepts)
        # "anti-PD-1" is one loose word with two spellings, so the text is cut at spaces only.
        self.besides_cancers = telling(_blanked(text, [tokens[place] for place in named]))
        kept = _blanked(text, [tokens[place] for place in covered])
        for word in telling(kept).split():
            if TOKEN.search(word):
                yield self._loose(word)

    def _loose(self, word: str) -> str:
        """Return the SQL of a word of no vocabulary entry."""
        key = plain(word)
        self.has_unknown = True
        others = [self._any_form(other, "phraseto_tsquery") for other in OTHER_WORDS.get(key, ())]
        form = self._any_form(word, "plainto_tsquery")
        self._typed.append(form)
        if key in IMMUNOTHERAPY:
            others.append(self._any_immunotherapy(word))
        return f"({' || '.join([form, *others])})"

    def _any_immunotherapy(self, said: str) -> str:
        """Return the SQL of all treatments of the vocabulary, which are all immunotherapy."""
        concepts = [Concept(THERAPY, pk) for pk in self.vocabulary.slugs[THERAPY].values()]
        if not concepts:
            return self._any_form(said, "plainto_tsquery")
        names = [self.vocabulary.names[one][self.language == "es"] for one in concepts]
        self.also_searched.append(AlsoSearched(said, names[:SHOWN_SYNONYMS]))
        return f"to_tsquery('simple', {self._add(' | '.join(map(concept_token, concepts)))})"

    def _group(self, said: str, concepts: list[Concept]) -> str:
        """Return the SQL of a name of the vocabularies: what is about it, and what names it.

        Only tokens, no phrases: each name of an entry finds the same, and the index answers alone.
        """
        concepts = list(dict.fromkeys(concepts))
        tokens = [mention_token(concept) for concept in concepts]
        tokens += [concept_token(concept) for concept in concepts if concept.kind != DRUG]
        form = f"to_tsquery('simple', {self._add(' | '.join(tokens))})"
        self._typed.append(form)
        shown = [
            word
            for concept in concepts
            for word in self.vocabulary.other_words(concept, said, {self.language})
        ]
        if shown:
            others = list(dict.fromkeys(shown))[:SHOWN_SYNONYMS]
            self.also_searched.append(AlsoSearched(said, others))
        return form

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


def _blanked(text: str, tokens: list[re.Match[str]]) -> str:
    """Return the text with spaces in the place of some of its words."""
    kept = list(text)
    for token in tokens:
        kept[token.start() : token.end()] = " " * len(token[0])
    return "".join(kept)
