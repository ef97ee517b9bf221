"""Writes the search documents: registry text, plain summary and vocabulary, per language."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connection

from trials.enums import status_rank
from trials.models import (
    PlainSummary,
    SearchDocument,
    Trial,
    TrialAlias,
    TrialCancerType,
    TrialTherapyType,
)
from trials.text import with_compounds
from trials.vocabulary import CANCER, THERAPY, Concept, Vocabulary

CONFIGS = {"en": "english", "es": "spanish"}
SUMMARY_LIMIT = 20_000
COLUMNS = (
    "trial_id",
    "language",
    "title",
    "rank",
    "status",
    "phases",
    "cancer_types",
    "therapy_types",
    "sex",
    "minimum_age_days",
    "maximum_age_days",
    "updated",
    "start",
)
# Registry text is English on every site; our own words are in the site's language.
VECTOR = """
    setweight(to_tsvector('english', %s), 'A') || setweight(to_tsvector('simple', %s), 'A')
    || setweight(to_tsvector('english', %s), 'B') || setweight(to_tsvector(%s::regconfig, %s), 'B')
    || setweight(to_tsvector('english', %s), 'C')
"""


def concept_token(concept: Concept) -> str:
    """Return the lexeme that stands for a vocabulary entry in vectors and queries."""
    return f"x{concept.kind}{concept.id}x"


def refresh(trial_ids: Iterable[int], vocabulary: Vocabulary) -> None:
    """Write the documents of the trials anew; unlisted trials lose theirs."""
    ids = list(trial_ids)
    SearchDocument.objects.filter(trial_id__in=ids).delete()
    trials = list(Trial.objects.filter(pk__in=ids).listed())
    if not trials:
        return
    rows = _Sources(trials, vocabulary).rows()
    fields = ", ".join([*COLUMNS, "vector"])
    template = f"({', '.join(['%s'] * len(COLUMNS))}, {VECTOR})"
    with connection.cursor() as cursor:
        for first in range(0, len(rows), 200):
            chunk = rows[first : first + 200]
            values = ", ".join([template] * len(chunk))
            cursor.execute(
                f"INSERT INTO trials_searchdocument ({fields}) VALUES {values}",  # noqa: S608
                [parameter for row in chunk for parameter in row],
            )


class _Sources:
    """Everything that the documents of some trials are made of, read in five queries."""

    def __init__(self, trials: list[Trial], vocabulary: Vocabulary) -> None:
        self.trials = trials
        self.vocabulary = vocabulary
        self.aliases: dict[int, list[str]] = defaultdict(list)
        for trial_id, alias in TrialAlias.objects.filter(trial__in=trials).values_list(
            "trial_id", "alias"
        ):
            self.aliases[trial_id].append(alias)
        self.cancers = _types(TrialCancerType, "cancer_type_id", trials)
        self.therapies = _types(TrialTherapyType, "therapy_type_id", trials)
        self.summaries = {
            (summary.trial_id, summary.locale.language_code): summary
            for summary in PlainSummary.objects.filter(
                trial__in=trials, live=True
            ).select_related("locale")
        }

    def rows(self) -> list[list[Any]]:
        return [self._row(trial, language) for trial in self.trials for language in CONFIGS]

    def _row(self, trial: Trial, language: str) -> list[Any]:
        cancers = sorted(self.vocabulary.with_ancestors(self.cancers[trial.pk]))
        therapies = sorted(self.therapies[trial.pk])
        concepts = [Concept(CANCER, pk) for pk in cancers]
        concepts += [Concept(THERAPY, pk) for pk in therapies]
        summary = self.summaries.get((trial.pk, language))
        own_words = [word for c in concepts for word in self.vocabulary.words_for(c, language)]
        if summary:
            own_words += [
                summary.title,
                summary.what_is_it_about,
                summary.who_can_join,
                summary.what_happens,
            ]
        interventions = trial.details.get("interventions", [])
        treatments = [entry["name"] for entry in interventions]
        treatments += [name for entry in interventions for name in entry["other_names"]]
        identifiers = [trial.nct_id, *self.aliases[trial.pk], *map(concept_token, concepts)]
        identifiers += [trial.details.get("org_study_id", "")]
        return [
            trial.pk,
            language,
            summary.title if summary else trial.brief_title,
            status_rank(trial.status, our_site_open=trial.our_site_open),
            trial.status,
            trial.phases,
            cancers,
            therapies,
            trial.sex,
            trial.minimum_age_days or 0,
            trial.maximum_age_days,
            trial.last_update_posted,
            trial.start,
            _text([trial.brief_title, trial.acronym, trial.official_title, *trial.conditions]),
            " ".join(identifiers),
            _text([*trial.keywords, *treatments]),
            CONFIGS[language],
            _text(own_words),
            _text([trial.brief_summary])[:SUMMARY_LIMIT],
        ]


def _types(model: type[Any], column: str, trials: list[Trial]) -> dict[int, set[int]]:
    result: dict[int, set[int]] = defaultdict(set)
    rows = model.objects.filter(trial__in=trials, applies=True).values_list("trial_id", column)
    for trial_id, type_id in rows:
        result[trial_id].add(type_id)
    return result


def _text(parts: list[str]) -> str:
    return with_compounds("\n".join(part for part in parts if part))
