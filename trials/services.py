"""What staff may change about a trial: whether it is listed, and what it is about."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from clinic.page_cache import bump
from trials import search_documents
from trials.enums import Source
from trials.models import Trial, TrialBiomarker, TrialCancerType, TrialTherapyType
from trials.vocabulary import Vocabulary


@transaction.atomic
def correct_trial(
    *,
    trial: Trial,
    is_listed: bool,
    cancer_types: Iterable[Any],
    therapy_types: Iterable[Any],
    biomarkers: Iterable[Any],
    unmarked_words: Iterable[str] | None = None,
) -> None:
    """Set the listing, the classification and the marks as staff see them; no sync undoes it.

    Without ``unmarked_words`` the marks stay as they are.
    """
    Trial.objects.select_for_update().only("pk").get(pk=trial.pk)
    trial.is_listed = is_listed
    if unmarked_words is not None:
        trial.unmarked_words = list(unmarked_words)
    trial.save(update_fields=["is_listed", "unmarked_words"])
    _correct(TrialCancerType, "cancer_type_id", trial, {entry.pk for entry in cancer_types})
    _correct(TrialTherapyType, "therapy_type_id", trial, {entry.pk for entry in therapy_types})
    _correct(TrialBiomarker, "biomarker_id", trial, {entry.pk for entry in biomarkers})
    search_documents.refresh([trial.pk], Vocabulary.load())
    bump()


def _correct(model: type[Any], column: str, trial: Trial, wanted: set[int]) -> None:
    """Write a staff row for each difference from what is there; other rows stay as they are."""
    rows = {getattr(row, column): row for row in model.objects.filter(trial=trial)}
    applying = {type_id for type_id, row in rows.items() if row.applies}
    changed = (wanted - applying) | (applying - wanted)
    model.objects.filter(trial=trial, **{f"{column}__in": changed}).delete()
    model.objects.bulk_create(
        model(trial=trial, source=Source.STAFF, applies=type_id in wanted, **{column: type_id})
        for type_id in changed
    )
