"""Reads of the registry mirror in the staff's words."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from trials.registry.values import nct_id


def delete_at_once(rows: models.QuerySet[Any]) -> None:
    """Delete rows that only hang on a trial, in one statement.

    ``delete()`` would load every row and tell those who listen to each of them, who then bump the
    page cache row by row. Nothing refers to such rows; the caller bumps once.
    """
    rows._raw_delete(rows.db)


class TrialQuerySet(models.QuerySet[Any]):
    """Trials."""

    def listed(self) -> "TrialQuerySet":
        """Return the trials that the public may see."""
        return self.filter(is_listed=True)

    def led_to(self, given: str) -> Any:
        """Return the listed trial that an id as typed leads to, None when there is none.

        A former id leads to its trial, and so does one that the registry joined to another record.
        """
        key = nct_id(given)
        if not key:
            return None
        trial = self.listed().filter(nct_id=key).first()
        if trial is None or trial.is_missing:
            return self.listed().filter(aliases__alias=key).first() or trial
        return trial

    def open_at_our_site(self) -> "TrialQuerySet":
        """Return the listed trials that one can join at our clinic now."""
        return self.listed().filter(our_site_open=True)


class PlainSummaryQuerySet(models.QuerySet[Any]):
    """Our texts about trials."""

    def shown(self) -> "PlainSummaryQuerySet":
        """Return those that the public may see: live, and the IRB's approval has not ended."""
        return self.filter(live=True).exclude(irb_expires_on__lt=timezone.localdate())


class RegistryAlertQuerySet(models.QuerySet[Any]):
    """Alerts of the registry."""

    def unsettled(self) -> "RegistryAlertQuerySet":
        """Return the alerts that nobody has settled."""
        return self.filter(settled_at__isnull=True)


class SyncRunQuerySet(models.QuerySet[Any]):
    """Looks at the registry."""

    def daily_looks(self) -> "SyncRunQuerySet":
        """Return the looks that asked the registry itself and came to their end."""
        return self.filter(is_daily_look=True, finished_at__isnull=False, problem="")

    def last_look(self, trial_id: int) -> datetime | None:
        """Return when the registry was last asked about a trial."""
        return (
            self.filter(seen__contains=[trial_id], finished_at__isnull=False)
            .order_by("-started_at")
            .values_list("started_at", flat=True)
            .first()
        )


class TrialVersionQuerySet(models.QuerySet[Any]):
    """Records as received."""

    def newest_records(self, trial_ids: list[int]) -> dict[int, dict[str, Any]]:
        """Return the newest record of each trial, by the trial's id."""
        rows = self.filter(trial__in=trial_ids).order_by("trial_id", "-received_at", "-pk")
        return dict(rows.distinct("trial_id").values_list("trial_id", "record"))
