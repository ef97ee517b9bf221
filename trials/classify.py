"""Says which cancer types and therapy types a trial is about.

Automatic rows come from conditions, keywords, titles, interventions and MeSH terms; rows of staff
are never touched, and a staff row that denies a type keeps the automatic rule from adding it.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction

from clinic.page_cache import bump
from trials import search_documents
from trials.enums import Source
from trials.models import Trial, TrialCancerType, TrialTherapyType
from trials.querysets import delete_at_once
from trials.vocabulary import CANCER, THERAPY, Vocabulary

CHUNK = 500


def cancer_texts(trial: Trial) -> list[str]:
    """Return the texts of a trial that name cancers."""
    mesh = [entry["term"] for entry in trial.details.get("condition_mesh", [])]
    return [
        *_with_natural_order([*trial.conditions, *trial.keywords, *mesh]),
        trial.brief_title,
        trial.official_title,
    ]


def therapy_texts(trial: Trial) -> list[str]:
    """Return the texts of a trial that name treatments."""
    interventions = trial.details.get("interventions", [])
    return [
        *(entry["name"] for entry in interventions),
        *(name for entry in interventions for name in entry["other_names"]),
        *(entry["term"] for entry in trial.details.get("intervention_mesh", [])),
        *trial.keywords,
        trial.brief_title,
        trial.official_title,
    ]


def _with_natural_order(terms: list[str]) -> Iterable[str]:
    """Yield the terms, and those that MeSH inverts ("Carcinoma, Renal Cell") both ways."""
    for term in terms:
        yield term
        if term.count(",") == 1:
            first, second = term.split(",")
            yield f"{second.strip()} {first}"


def classify(trials: list[Trial], vocabulary: Vocabulary, *, held: Collection[int]) -> None:
    """Replace the automatic rows of the trials, which must be saved.

    ``held`` are the ids of those that may have rows already.
    """
    cancers, therapies = [], []
    for trial in trials:
        for concept in vocabulary.concepts_in(cancer_texts(trial)):
            if concept.kind == CANCER:
                cancers.append(
                    TrialCancerType(trial=trial, cancer_type_id=concept.id, source=Source.AUTO)
                )
        for concept in vocabulary.concepts_in(therapy_texts(trial)):
            if concept.kind == THERAPY:
                therapies.append(
                    TrialTherapyType(trial=trial, therapy_type_id=concept.id, source=Source.AUTO)
                )
    _replace(TrialCancerType, held, cancers)
    _replace(TrialTherapyType, held, therapies)


def _replace(model: type[Any], held: Collection[int], rows: list[Any]) -> None:
    if held:
        delete_at_once(model.objects.filter(trial_id__in=held, source=Source.AUTO))
    model.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)


def reclassify_all() -> int:
    """Classify every trial anew after a change of the vocabulary; return how many there are."""
    vocabulary = Vocabulary.load()
    ids = list(Trial.objects.values_list("pk", flat=True))
    for first in range(0, len(ids), CHUNK):
        with transaction.atomic():
            trials = list(Trial.objects.filter(pk__in=ids[first : first + CHUNK]))
            classify(trials, vocabulary, held=[trial.pk for trial in trials])
            search_documents.write(trials, vocabulary)
            bump()
    return len(ids)
