"""Writes what searches read: registry text, plain summary and vocabulary per language; places."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from clinic.page_cache import bump
from trials import places
from trials.burden import burden_of
from trials.eligibility import read_once
from trials.enums import status_rank
from trials.facet_codes import NO, OURS, YES, facet_code
from trials.models import (
    PlainSummary,
    SearchDocument,
    Trial,
    TrialAlias,
    TrialBiomarker,
    TrialCancerType,
    TrialTherapyType,
)
from trials.prior_treatment import prior_treatment
from trials.querysets import delete_at_once
from trials.text import index_text
from trials.typed_words import SPREAD
from trials.vocabulary import ANY_OF_FAMILY, CANCER, MARKER, THERAPY, Concept, Vocabulary

SUMMARY_LIMIT = 20_000
# Registry text is English on every site and is parsed once; our own words follow the language.
INSERT = """
    WITH source AS MATERIALIZED (
        SELECT trial_id, rank, status, cancer_types, therapy_types,
               minimum_age_days, maximum_age_days, updated, start,
               title_en, words_en, facets_en, until_en, title_es, words_es, facets_es, until_es,
               setweight(to_tsvector('english', titles), 'A')
               || setweight(to_tsvector('simple', identifiers), 'A')
               || setweight(to_tsvector('english', treatments), 'B')
               || setweight(to_tsvector('english', summary), 'C') AS registry
        FROM (VALUES {rows}) AS given (
            trial_id, rank, status, cancer_types, therapy_types,
            minimum_age_days, maximum_age_days, updated, start,
            titles, identifiers, treatments, summary,
            title_en, words_en, facets_en, until_en, title_es, words_es, facets_es, until_es)
    )
    INSERT INTO trials_searchdocument (
        trial_id, language, title, rank, status, cancer_types, therapy_types, facets,
        summary_until, minimum_age_days, maximum_age_days, updated, start, vector)
    SELECT trial_id, own.language, own.title, rank, status, cancer_types, therapy_types, own.facets,
           own.until, minimum_age_days, maximum_age_days, updated, start,
           registry || setweight(to_tsvector(own.config::regconfig, own.words), 'B')
    FROM source CROSS JOIN LATERAL (VALUES
        ('en', title_en, 'english', words_en, facets_en, until_en),
        ('es', title_es, 'spanish', words_es, facets_es, until_es)
    ) AS own (language, title, config, words, facets, until)
"""
CASTS = [
    "bigint",
    "smallint",
    "varchar",
    "bigint[]",
    "bigint[]",
    "integer",
    "integer",
    "date",
    "date",
    *["text"] * 4,
    *["text", "text", "bigint[]", "date"] * 2,
]
ROW = f"({', '.join(f'%s::{cast}' for cast in CASTS)})"
ROWS_AT_ONCE = 200


def concept_token(concept: Concept) -> str:
    """Return the lexeme that stands for a vocabulary entry in vectors and queries."""
    return f"x{concept.kind}{concept.id}x"


def mention_token(concept: Concept) -> str:
    """Return the lexeme of a vocabulary entry that a record names anywhere, also in passing."""
    return f"m{concept.kind}{concept.id}x"


def refresh(trial_ids: Iterable[int], vocabulary: Vocabulary) -> None:
    """Write the documents of the trials anew."""
    write(list(Trial.objects.filter(pk__in=list(trial_ids))), vocabulary)


def drop_ended_summaries() -> int:
    """Write anew what holds a summary whose IRB approval has ended; return how many trials."""
    ended = SearchDocument.objects.filter(summary_until__lt=timezone.localdate())
    trial_ids = set(ended.values_list("trial_id", flat=True))
    if trial_ids:
        with transaction.atomic():
            refresh(trial_ids, Vocabulary.load())
            bump()
    return len(trial_ids)


def write(trials: list[Trial], vocabulary: Vocabulary) -> None:
    """Write the documents of loaded trials anew; unlisted trials lose theirs."""
    delete_at_once(SearchDocument.objects.filter(trial_id__in=[trial.pk for trial in trials]))
    listed = [trial for trial in trials if trial.is_listed]
    rows = _Sources(listed, vocabulary).rows() if listed else []
    with connection.cursor() as cursor:
        for first in range(0, len(rows), ROWS_AT_ONCE):
            chunk = rows[first : first + ROWS_AT_ONCE]
            cursor.execute(
                INSERT.format(rows=", ".join([ROW] * len(chunk))),
                [parameter for row in chunk for parameter in row],
            )
    places.write(trials)


class _Sources:
    """Everything that the documents of some trials are made of, read in six queries."""

    def __init__(self, trials: list[Trial], vocabulary: Vocabulary) -> None:
        self.trials = trials
        self.vocabulary = vocabulary
        self.words: dict[tuple[Concept, str], list[str]] = {}
        # "Any blood cancer" is also broader than leukemia: only trials that say it count for it.
        known = vocabulary.slugs[CANCER]
        self.many = {known[slug] for slug in ANY_OF_FAMILY.values() if slug in known}
        self.aliases: dict[int, list[str]] = defaultdict(list)
        for trial_id, alias in TrialAlias.objects.filter(trial__in=trials).values_list(
            "trial_id", "alias"
        ):
            self.aliases[trial_id].append(alias)
        self.cancers = _types(TrialCancerType, "cancer_type_id", trials)
        self.therapies = _types(TrialTherapyType, "therapy_type_id", trials)
        self.markers = _types(TrialBiomarker, "biomarker_id", trials)
        self.summaries = {
            (summary.trial_id, summary.locale.language_code): summary
            for summary in PlainSummary.objects.shown()
            .filter(trial__in=trials)
            .select_related("locale")
        }

    def rows(self) -> list[list[Any]]:
        return [self._row(trial) for trial in self.trials]

    def _row(self, trial: Trial) -> list[Any]:
        cancers = sorted(self.vocabulary.with_ancestors(self.cancers[trial.pk]))
        therapies = sorted(self.therapies[trial.pk])
        concepts = [Concept(CANCER, pk) for pk in cancers]
        concepts += [Concept(THERAPY, pk) for pk in therapies]
        markers = sorted(self.markers[trial.pk])
        interventions = trial.details.get("interventions", [])
        treatments = [entry["name"] for entry in interventions]
        treatments += [name for entry in interventions for name in entry["other_names"]]
        identifiers = [trial.nct_id, *self.aliases[trial.pk], *map(concept_token, concepts)]
        identifiers += [concept_token(Concept(MARKER, pk)) for pk in markers]
        identifiers.append(trial.details.get("org_study_id", ""))
        many = sorted(self.many & self.cancers[trial.pk])
        identifiers += [concept_token(Concept("many", pk)) for pk in many]
        named = [trial.brief_title, trial.official_title, *trial.conditions, *trial.keywords]
        named += [*treatments, trial.brief_summary[:SUMMARY_LIMIT]]
        identifiers += sorted(map(mention_token, self.vocabulary.named_in(named)))
        facets = _facets(trial, cancers, therapies, markers)
        return [
            trial.pk,
            status_rank(trial.status, our_site_open=trial.our_site_open),
            trial.status,
            cancers,
            therapies,
            trial.minimum_age_days or 0,
            trial.maximum_age_days,
            trial.last_update_posted,
            trial.start,
            _text([trial.brief_title, trial.acronym, trial.official_title, *trial.conditions]),
            " ".join(identifiers),
            _text([*trial.keywords, *treatments]),
            _text([trial.brief_summary])[:SUMMARY_LIMIT],
            *self._own_words(trial, "en", concepts),
            *self._own_facts(trial, "en", facets),
            *self._own_words(trial, "es", concepts),
            *self._own_facts(trial, "es", facets),
        ]

    def _own_facts(
        self, trial: Trial, language: str, facets: list[int]
    ) -> tuple[list[int], date | None]:
        """Return all filters' values with those of the summary that the page shows, and its end."""
        own = self.summaries.get((trial.pk, language))
        summary = own or self.summaries.get((trial.pk, "en"))
        codes = [facet_code(name, value) for name, value in burden_of(summary)]
        return facets + codes, summary.irb_expires_on if summary else None

    def _own_words(self, trial: Trial, language: str, concepts: list[Concept]) -> tuple[str, str]:
        summary = self.summaries.get((trial.pk, language))
        words = [word for c in concepts for word in self._words_of(c, language)]
        if summary is None:
            return trial.brief_title, _text(words)
        words += [
            summary.title,
            summary.what_is_it_about,
            summary.who_can_join,
            summary.what_happens,
        ]
        return summary.title, _text(words)

    def _words_of(self, concept: Concept, language: str) -> list[str]:
        """Return the words of an entry; "metastatic melanoma" is not said of every melanoma."""
        known = self.words.get((concept, language))
        if known is None:
            is_spread = SPREAD.search(self.vocabulary.names[concept][0])
            words = self.vocabulary.words_for(concept, language)
            known = [word for word in words if is_spread or not SPREAD.search(word)]
            self.words[concept, language] = known
        return known


def _types(model: type[Any], column: str, trials: list[Trial]) -> dict[int, set[int]]:
    result: dict[int, set[int]] = defaultdict(set)
    rows = model.objects.filter(trial__in=trials, applies=True).values_list("trial_id", column)
    for trial_id, type_id in rows:
        result[trial_id].add(type_id)
    return result


def _facets(
    trial: Trial, cancers: list[int], therapies: list[int], markers: list[int]
) -> list[int]:
    titles = [trial.brief_title, trial.official_title, *trial.conditions]
    prior = prior_treatment(titles, read_once(trial.criteria))
    return [
        facet_code("status", trial.status),
        facet_code("sex", trial.sex),
        *(facet_code("phase", phase) for phase in dict.fromkeys(trial.phases)),
        *(facet_code("condition", pk) for pk in cancers),
        *(facet_code("therapy", pk) for pk in therapies),
        *([facet_code("place", OURS)] if trial.our_site_open else []),
        *_volunteers(trial),
        *(facet_code("biomarker", pk) for pk in markers),
        *(facet_code("prior", value) for value in sorted(prior)),
    ]


def _volunteers(trial: Trial) -> list[int]:
    if trial.healthy_volunteers is None:
        return []
    return [facet_code("volunteers", YES if trial.healthy_volunteers else NO)]


def _text(parts: list[str]) -> str:
    return index_text("\n".join(part for part in parts if part))
