"""Reads of the registry mirror in the staff's words."""

from datetime import datetime
from typing import Any

from django.db import models


class TrialQuerySet(models.QuerySet[Any]):
    """Trials."""

    def listed(self) -> "TrialQuerySet":
        """Return the trials that the public may see."""
        return self.filter(is_listed=True)

    def open_at_our_site(self) -> "TrialQuerySet":
        """Return the listed trials that one can join at our clinic now."""
        return self.listed().filter(our_site_open=True)

    def about(
        self, *, therapy_types: list[int] | None = None, cancer_types: list[int] | None = None
    ) -> "TrialQuerySet":
        """Return the trials classified under any of the types given (ids)."""
        trials = self
        if therapy_types:
            trials = trials.filter(
                therapy_type_rows__therapy_type__in=therapy_types, therapy_type_rows__applies=True
            )
        if cancer_types:
            trials = trials.filter(
                cancer_type_rows__cancer_type__in=cancer_types, cancer_type_rows__applies=True
            )
        return trials.distinct()

    def for_listing(self) -> "TrialQuerySet":
        """Return the trials without the long texts that lists do not show."""
        return self.defer("details", "criteria", "detailed_description")


class SyncRunQuerySet(models.QuerySet[Any]):
    """Looks at the registry."""

    def last_look(self, trial_id: int) -> datetime | None:
        """Return when the registry was last asked about a trial."""
        return (
            self.filter(seen__contains=[trial_id], finished_at__isnull=False)
            .order_by("-started_at")
            .values_list("started_at", flat=True)
            .first()
        )
