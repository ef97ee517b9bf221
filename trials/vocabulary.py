"""Finds cancers, treatments and markers in text by the words that education's vocabulary gives."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from clinic.page_cache import generation
from education.models import Biomarker, CancerType, Synonym, TherapyType
from trials.phrase_index import Concept, Found, PhraseIndex
from trials.text import concept_words

# The entries that stand for "any cancer of this family".
ANY_OF_FAMILY = {"solid": "solid-tumors", "blood": "blood-cancers"}
CANCER, THERAPY, DRUG, MARKER = "cancer", "therapy", "drug", "marker"
# The order in which other words are shown: what people say first.
KINDS: list[str] = list(Synonym.Kind.values)
KNOWN_TEXTS, KNOWN_LENGTH = 20_000, 500
ENTRY_FIELDS = ("slug", "name_en", "name_es")
SYNONYM_FIELDS = (
    "id",
    "term",
    "language",
    "kind",
    "cancer_type_id",
    "therapy_type_id",
    "biomarker_id",
    "generic_id",
)

_kept: dict[str, Any] = {}
_reading = Lock()


@dataclass(slots=True)
class Vocabulary:
    """All words of the vocabularies, ready for matching."""

    names: dict[Concept, tuple[str, str]] = field(default_factory=dict)
    slugs: dict[str, dict[str, int]] = field(
        default_factory=lambda: {CANCER: {}, THERAPY: {}, MARKER: {}}
    )
    terms: dict[Concept, list[tuple[str, str]]] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    families: dict[int, str] = field(default_factory=dict)
    drug_therapies: dict[Concept, Concept] = field(default_factory=dict)
    index: PhraseIndex = field(default_factory=PhraseIndex)
    markers: PhraseIndex = field(default_factory=PhraseIndex)
    # The number of the page cache under which it was read; 0 when it is not kept.
    generation: int = 0
    _fingerprint: str = ""
    # The registry says the same words again and again: conditions, keywords, drugs.
    _known_texts: dict[str, frozenset[Concept]] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls) -> "Vocabulary":
        """Return the vocabularies as they are in the database (4 queries)."""
        vocabulary = cls()
        cancers = CancerType.objects.values_list("pk", "parent", "family", *ENTRY_FIELDS)
        for pk, parent, family, *names in cancers:
            vocabulary._add_entry(Concept(CANCER, pk), *names)
            vocabulary.families[pk] = family
            if parent:
                vocabulary.parents[pk] = parent
        for pk, *names in TherapyType.objects.values_list("pk", *ENTRY_FIELDS):
            vocabulary._add_entry(Concept(THERAPY, pk), *names)
        for pk, *names in Biomarker.objects.values_list("pk", *ENTRY_FIELDS):
            vocabulary._add_entry(Concept(MARKER, pk), *names)
        synonyms = Synonym.objects.values_list(*SYNONYM_FIELDS, named=True)
        for synonym in sorted(synonyms, key=lambda word: KINDS.index(word.kind)):
            vocabulary._add_synonym(synonym)
        return vocabulary

    @classmethod
    def current(cls) -> "Vocabulary":
        """Return the vocabularies for reading, kept in the process until content changes.

        One small query when they are kept.
        """
        number = generation()
        with _reading:
            if _kept.get("generation") != number:
                vocabulary = cls.load()
                vocabulary.generation = number
                _kept.update(generation=number, vocabulary=vocabulary)
            return _kept["vocabulary"]

    @staticmethod
    def forget() -> None:
        """Drop what is kept, for tests that undo their changes."""
        _kept.clear()

    @property
    def fingerprint(self) -> str:
        """Return what differs with every edit that matters to trials: words and how they hang."""
        if not self._fingerprint:
            self._fingerprint = self._digest()
        return self._fingerprint

    def _digest(self) -> str:
        said = [
            sorted((c.kind, c.id, *term) for c, terms in self.terms.items() for term in terms),
            *(
                sorted(
                    (word, c.kind, c.id) for word, found in index.capitals.items() for c in found
                )
                for index in (self.index, self.markers)
            ),
            sorted(self.parents.items()),
            sorted((drug.id, of.kind, of.id) for drug, of in self.drug_therapies.items()),
        ]
        return hashlib.sha256(repr(said).encode("utf-8", "replace")).hexdigest()

    def _add_synonym(self, synonym: Any) -> None:
        if synonym.cancer_type_id:
            concept = Concept(CANCER, synonym.cancer_type_id)
        elif synonym.biomarker_id:
            concept = Concept(MARKER, synonym.biomarker_id)
        else:
            concept = Concept(THERAPY, synonym.therapy_type_id or 0)
        if synonym.kind in {Synonym.Kind.GENERIC, Synonym.Kind.BRAND}:
            # Who asks for one drug does not ask for all drugs of its kind.
            drug = Concept(DRUG, synonym.generic_id or synonym.id)
            self.drug_therapies[drug] = concept
            concept = drug
        abbreviation = synonym.kind == Synonym.Kind.ABBREVIATION
        self.add_term(concept, synonym.term, synonym.language, abbreviation=abbreviation)

    def _add_entry(self, concept: Concept, slug: str, english: str, spanish: str) -> None:
        self.names[concept] = (english, spanish)
        self.slugs[concept.kind][slug] = concept.id
        self.add_term(concept, english, "en")
        self.add_term(concept, spanish, "es")

    def add_term(
        self, concept: Concept, term: str, language: str, *, abbreviation: bool = False
    ) -> None:
        """Add one word or phrase for an entry."""
        self.terms.setdefault(concept, []).append((term, language))
        index = self.markers if concept.kind == MARKER else self.index
        index.add(concept, term, abbreviation=abbreviation)

    def concepts_in(self, texts: Iterable[str]) -> set[Concept]:
        """Return every cancer and therapy type named in any of the texts; a drug names its type."""
        named = {concept for text in texts for concept in self._found_in(text)}
        return {
            self.drug_therapies.get(concept, concept) for concept in named if concept.kind != MARKER
        }

    def named_in(self, texts: Iterable[str]) -> set[Concept]:
        """Return every entry named in any of the texts, with the broader cancers; drugs too."""
        named = {concept for text in texts if text for concept in self._found_in(text)}
        cancers = self.with_ancestors(one.id for one in named if one.kind == CANCER)
        return named | {Concept(CANCER, pk) for pk in cancers}

    def _found_in(self, text: str) -> frozenset[Concept]:
        named = self._known_texts.get(text)
        if named is None:
            named = frozenset(found.concept for found in self.find(text))
            if len(text) <= KNOWN_LENGTH and len(self._known_texts) < KNOWN_TEXTS:
                self._known_texts[text] = named
        return named

    def find(self, text: str, *, any_case: bool = False) -> Iterator[Found]:
        """Yield the entries named in a text; see ``PhraseIndex.find``.

        Markers are looked for apart: "CD19 CAR" names a treatment and also the marker in it.
        """
        yield from self.index.find(text, any_case=any_case)
        yield from self.markers.find(text, any_case=any_case)

    def with_ancestors(self, cancer_ids: Iterable[int]) -> set[int]:
        """Return the cancer types and all that are broader."""
        result: set[int] = set()
        for cancer_id in cancer_ids:
            current: int | None = cancer_id
            while current is not None and current not in result:
                result.add(current)
                current = self.parents.get(current)
        return result

    def words_for(self, concept: Concept, language: str) -> list[str]:
        """Return the entry's words in one language, its name first."""
        return [term for term, term_language in self.terms[concept] if term_language == language]

    def other_words(self, concept: Concept, said: str, languages: Iterable[str]) -> list[str]:
        """Return the entry's words of some languages other than the one said, as people read them.

        Drug names count as English and are the same in every language.
        """
        seen = {concept_words(said)}
        others = []
        for term, language in self.terms[concept]:
            folded = concept_words(term)
            if folded not in seen and (concept.kind == DRUG or language in languages):
                seen.add(folded)
                others.append(term)
        return others
