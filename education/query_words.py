"""What the vocabularies know about the words of a search: others for the same, pages, spelling."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count
from django.urls import reverse
from wagtail.models import Page

from clinic.page_cache import generation
from clinic.search_backend import CONFIGURATIONS
from clinic.search_terms import Clause, QueryWords
from education.folding import TOKEN, concept_key, fold, plain
from education.models import (
    Biomarker,
    CancerType,
    EducationPage,
    GlossaryTerm,
    SymptomWord,
    Synonym,
    TherapyType,
)

CANCER, THERAPY, DRUG, MARKER = "cancer", "therapy", "drug", "marker"
Concept = tuple[str, int]
LONGEST_PHRASE = 7
SEARCHED, SHORTEST_OTHER, SHORTEST_SPELLED = 16, 4, 4
LIKE_ENOUGH = 0.38
TRIED = 4
SECTIONS = {CANCER: EducationPage.Section.CANCERS, THERAPY: EducationPage.Section.TYPES}


@dataclass
class Lexicon:
    """All words of the vocabularies, by their folded form."""

    concepts: dict[str, list[Concept]] = field(default_factory=dict)
    capitals: dict[str, list[Concept]] = field(default_factory=dict)
    terms: dict[Concept, list[tuple[str, str]]] = field(default_factory=dict)
    therapy_of: dict[int, int] = field(default_factory=dict)
    parents: dict[int, int | None] = field(default_factory=dict)
    spellings: dict[str, set[str]] = field(default_factory=lambda: {"en": set(), "es": set()})
    symptoms: dict[str, list[str]] = field(default_factory=lambda: {"en": [], "es": []})

    def add(self, concept: Concept, term: str, language: str) -> None:
        """Add one word for a concept."""
        self.terms.setdefault(concept, []).append((term, language))
        if len(term) < SHORTEST_OTHER and term.isupper():
            # "ALL" is a leukemia, "all" is a word.
            self.capitals.setdefault(term, []).append(concept)
        else:
            self.concepts.setdefault(concept_key(term), []).append(concept)
        self.spell(term, language)

    def spell(self, text: str, language: str) -> None:
        """Learn how the words of a text are spelled."""
        known = self.spellings.setdefault(language, set())
        known |= {word.lower() for word in TOKEN.findall(text) if len(word) >= SHORTEST_SPELLED}


_kept: dict[str, tuple[int, Lexicon]] = {}
_reading = Lock()


def lexicon() -> Lexicon:
    """Return the words, read again when content has changed; one query when they are kept."""
    current = generation()
    with _reading:
        kept = _kept.get("lexicon")
        if kept is None or kept[0] != current:
            kept = _kept["lexicon"] = (current, _read())
    return kept[1]


def forget() -> None:
    """Drop what is kept, for tests that undo their changes."""
    _kept.clear()


def read(text: str, language: str) -> QueryWords:
    """Return what the vocabularies know about the words of a query."""
    words = lexicon()
    clauses, concepts = _clauses(text, language, words)
    return QueryWords(
        clauses=tuple(clauses),
        leads=tuple(_leads(concepts, language, words)),
        is_urgent=_names_symptom(text, words),
        suggestion=next(iter(_spellings(text, language, words)), ""),
    )


def knows(text: str, language: str) -> bool:
    """Return whether the words are a name of the vocabularies, in either language."""
    return bool(_named(text, lexicon(), alone=True))


def word_address(term: str, language: str, user: Any) -> str:
    """Return the address of the form that adds the word as a synonym, "" without permission."""
    if not user.has_perm("education.add_synonym"):
        return ""
    given = urlencode({"term": term, "language": language, "kind": Synonym.Kind.LAY})
    return f"{reverse('synonyms:add')}?{given}"


def _read() -> Lexicon:
    words = Lexicon()
    for kind, model in ((THERAPY, TherapyType), (MARKER, Biomarker)):
        for pk, english, spanish in model.objects.values_list("pk", "name_en", "name_es"):
            words.add((kind, pk), english, "en")
            words.add((kind, pk), spanish, "es")
    for pk, parent, english, spanish in CancerType.objects.values_list(
        "pk", "parent", "name_en", "name_es"
    ):
        words.parents[pk] = parent
        words.add((CANCER, pk), english, "en")
        words.add((CANCER, pk), spanish, "es")
    for synonym in Synonym.objects.all():
        if synonym.kind in {Synonym.Kind.GENERIC, Synonym.Kind.BRAND}:
            drug = synonym.generic_id or synonym.pk
            words.therapy_of[drug] = synonym.therapy_type_id or 0
            words.add((DRUG, drug), synonym.term, "en")
            words.spell(synonym.term, "es")
        elif synonym.cancer_type_id:
            words.add((CANCER, synonym.cancer_type_id), synonym.term, synonym.language)
        elif synonym.biomarker_id:
            words.add((MARKER, synonym.biomarker_id), synonym.term, synonym.language)
        else:
            words.add((THERAPY, synonym.therapy_type_id or 0), synonym.term, synonym.language)
    for symptom in SymptomWord.objects.all():
        words.symptoms[symptom.language].append(plain(symptom.term))
        words.spell(symptom.term, symptom.language)
    for term, forms, language in GlossaryTerm.objects.filter(live=True).values_list(
        "term", "forms", "locale__language_code"
    ):
        words.spell(" ".join((term, *forms)), language)
    titles = Page.objects.live().public().values_list("title", "locale__language_code")
    for title, language in titles:
        words.spell(title, language)
    return words


def _clauses(text: str, language: str, words: Lexicon) -> tuple[list[Clause], list[Concept]]:
    """Cut a query into the names that the vocabularies know, and the other words."""
    tokens = list(TOKEN.finditer(text))
    clauses: list[Clause] = []
    concepts: list[Concept] = []
    loose: list[str] = []
    at = 0
    while at < len(tokens):
        for size in range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1):
            said = text[tokens[at].start() : tokens[at + size - 1].end()]
            if named := _named(said, words, alone=size == len(tokens)):
                others = _others(said, named, language, words)
                clauses.append(Clause(said, tuple(others)))
                concepts += named
                at += size
                break
        else:
            word = tokens[at].group()
            american = fold(word)
            loose.append(american if plain(word).rstrip("s") != american.rstrip("s") else word)
            at += 1
    if loose or not clauses:
        clauses.append(Clause(" ".join(loose) or text))
    return clauses, concepts


def _named(said: str, words: Lexicon, *, alone: bool) -> list[Concept]:
    short = words.capitals.get(said.upper() if alone else said, [])
    return list(dict.fromkeys([*words.concepts.get(concept_key(said), []), *short]))


def _others(said: str, concepts: Iterable[Concept], language: str, words: Lexicon) -> Iterator[str]:
    seen = {concept_key(said)}
    found: list[str] = []
    for concept in concepts:
        for term, of_language in words.terms[concept]:
            known = concept_key(term)
            fits = concept[0] == DRUG or of_language == language
            if fits and len(term) >= SHORTEST_OTHER - 1 and known not in seen:
                seen.add(known)
                found.append(term)
    yield from found[:SEARCHED]


def _leads(concepts: Iterable[Concept], language: str, words: Lexicon) -> Iterator[int]:
    """Yield the page that explains each thing: the one of its section about the fewest others."""
    for kind, pk in dict.fromkeys(concepts):
        if kind == MARKER:
            continue
        wanted: int | None = words.therapy_of.get(pk) if kind == DRUG else pk
        of = CANCER if kind == CANCER else THERAPY
        while wanted:
            pages = EducationPage.objects.live().filter(
                section=SECTIONS[of], locale__language_code=language
            )
            topic = "cancer_types" if of == CANCER else "therapy_types"
            about = pages.filter(pk__in=pages.filter(**{topic: wanted}).values("pk"))
            page = about.annotate(topics=Count(topic)).order_by("topics", "path").first()
            if page is not None:
                yield page.pk
                break
            wanted = words.parents.get(wanted) if of == CANCER else None


def _names_symptom(text: str, words: Lexicon) -> bool:
    """Return whether a query names a symptom, in either language and in any inflection."""
    # The Spanish stemmer does not unite "diarrea" and "diarreas".
    folded = " ".join(fold(word) for word in TOKEN.findall(text))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (
                SELECT FROM unnest(%(en)s::text[]) AS term
                WHERE to_tsvector('english', %(text)s) @@ phraseto_tsquery('english', term)
            ) OR EXISTS (
                SELECT FROM unnest(%(es)s::text[]) AS term
                WHERE to_tsvector('spanish', %(text)s) @@ phraseto_tsquery('spanish', term))""",
            {
                "text": f"{plain(text)} {folded}",
                "en": words.symptoms["en"],
                "es": words.symptoms["es"],
            },
        )
        return bool(cursor.fetchone()[0])


def spellings(text: str, language: str) -> list[str]:
    """Return the query with unknown words spelled like known ones, the likeliest first."""
    return _spellings(text, language, lexicon())


def _spellings(text: str, language: str, words: Lexicon) -> list[str]:
    known = words.spellings.get(language, set())
    folded = {fold(word) for word in known}
    unknown = {
        word
        for word in TOKEN.findall(text)
        if len(word) >= SHORTEST_SPELLED and fold(word) not in folded and word.isalpha()
    }
    if not unknown or language not in CONFIGURATIONS:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT said, word
               FROM unnest(%s::text[]) AS said, unnest(%s::text[]) AS word
               WHERE similarity(said, word) >= %s
               ORDER BY said, similarity(said, word) DESC, abs(length(said) - length(word)), word
            """,
            [sorted(unknown), sorted(known), LIKE_ENOUGH],
        )
        better: dict[str, list[str]] = {}
        for said, word in cursor.fetchall():
            better.setdefault(said, []).append(word)
    longest = max(map(len, better.values()), default=0)
    ranks = range(min(longest, TRIED))
    return list(dict.fromkeys(_respelled(text, better, rank) for rank in ranks))


def _respelled(text: str, better: dict[str, list[str]], rank: int) -> str:
    """Return the text with each unknown word in its spelling of a rank, else in its last one."""

    def likely(match: re.Match[str]) -> str:
        spelled = better.get(match.group())
        return spelled[min(rank, len(spelled) - 1)] if spelled else match.group()

    return TOKEN.sub(likely, text)
