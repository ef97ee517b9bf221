"""Says which cancer types and therapy types a trial is about, and which biomarkers it asks for.

Automatic rows come from conditions, keywords, titles, interventions and MeSH terms, those of
biomarkers also from inclusion criteria (see ``trials.marker_reading``); rows of staff
are never touched, and a staff row that denies a type keeps the automatic rule from adding it.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction

from clinic.page_cache import bump
from trials import search_documents
from trials.eligibility import read_once
from trials.enums import Source
from trials.marker_reading import markers_asked
from trials.models import (
    ClassificationStamp,
    Trial,
    TrialBiomarker,
    TrialCancerType,
    TrialTherapyType,
)
from trials.querysets import delete_at_once
from trials.vocabulary import CANCER, THERAPY, Vocabulary

CHUNK = 500
# Raise it with a change of the rules here or of what search documents hold: all are made anew.
RULES = 4
UNDER_WAY = "under way"


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


def marker_texts(trial: Trial) -> list[str]:
    """Return the texts of a trial in which the name of a biomarker says enough."""
    interventions = trial.details.get("interventions", [])
    return [
        trial.brief_title,
        trial.official_title,
        *trial.conditions,
        *trial.keywords,
        *(entry["name"] for entry in interventions),
        *(name for entry in interventions for name in entry["other_names"]),
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
    cancers, therapies, biomarkers = [], [], []
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
        sections = read_once(trial.criteria)
        for marker in markers_asked(marker_texts(trial), sections, vocabulary.markers):
            biomarkers.append(TrialBiomarker(trial=trial, biomarker_id=marker, source=Source.AUTO))
    _replace(TrialCancerType, held, cancers)
    _replace(TrialTherapyType, held, therapies)
    _replace(TrialBiomarker, held, biomarkers)


def _replace(model: type[Any], held: Collection[int], rows: list[Any]) -> None:
    if held:
        delete_at_once(model.objects.filter(trial_id__in=held, source=Source.AUTO))
    model.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)


def reclassify_if_due() -> int:
    """Classify every trial anew when words were changed since; return how many it were.

    Words are compared, not noted when they change: whatever changed them, nothing gets lost.
    """
    vocabulary = Vocabulary.load()
    last = ClassificationStamp.objects.values_list("fingerprint", flat=True).first()
    return 0 if last == _stamp(vocabulary) else reclassify_all(vocabulary)


def reclassify_all(vocabulary: Vocabulary | None = None) -> int:
    """Classify every trial anew; return how many there are. Ended early, it stays due."""
    vocabulary = vocabulary or Vocabulary.load()
    _set_stamp(UNDER_WAY)
    ids = list(Trial.objects.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(ids), CHUNK):
        with transaction.atomic():
            some = Trial.objects.filter(pk__in=ids[first : first + CHUNK]).order_by("pk")
            # Neither staff nor a sync may write the same rows in between.
            trials = list(some.select_for_update())
            classify(trials, vocabulary, held=[trial.pk for trial in trials])
            search_documents.write(trials, vocabulary)
            bump()
    # A sync that wrote trials by other words meanwhile has taken the stamp away.
    ClassificationStamp.objects.filter(fingerprint=UNDER_WAY).update(fingerprint=_stamp(vocabulary))
    return len(ids)


def withdraw_stamp_of_other_words(vocabulary: Vocabulary) -> None:
    """Make trials due again when some are being classified by words that may be old by now.

    Call it in the transaction that writes them.
    """
    delete_at_once(ClassificationStamp.objects.exclude(fingerprint=_stamp(vocabulary)))


def _set_stamp(fingerprint: str) -> None:
    stamp = ClassificationStamp(fingerprint=fingerprint)
    ClassificationStamp.objects.bulk_create(
        [stamp], update_conflicts=True, unique_fields=["id"], update_fields=["fingerprint"]
    )


def _stamp(vocabulary: Vocabulary) -> str:
    return f"{RULES} {vocabulary.fingerprint}"
