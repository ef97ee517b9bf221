"""What the registry's words mean to us: labels for patients and the groups that decide."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class TrialStatus(models.TextChoices):
    """Overall and site status (enumeration ``Status`` of the API)."""

    RECRUITING = "RECRUITING", _("Open to new participants")
    AVAILABLE = "AVAILABLE", _("Available outside a trial")
    NOT_YET_RECRUITING = "NOT_YET_RECRUITING", _("Not open yet")
    ENROLLING_BY_INVITATION = "ENROLLING_BY_INVITATION", _("By invitation only")
    ACTIVE_NOT_RECRUITING = "ACTIVE_NOT_RECRUITING", _("Running, closed to new participants")
    SUSPENDED = "SUSPENDED", _("On hold")
    TEMPORARILY_NOT_AVAILABLE = "TEMPORARILY_NOT_AVAILABLE", _("Not available for now")
    COMPLETED = "COMPLETED", _("Finished")
    TERMINATED = "TERMINATED", _("Stopped early")
    WITHDRAWN = "WITHDRAWN", _("Called off before it began")
    NO_LONGER_AVAILABLE = "NO_LONGER_AVAILABLE", _("No longer available")
    APPROVED_FOR_MARKETING = "APPROVED_FOR_MARKETING", _("Treatment approved, program closed")
    WITHHELD = "WITHHELD", _("Not made public")
    UNKNOWN = "UNKNOWN", _("Not known: not updated for two years")


# What the registry may say today; anything else is an unknown value.
KNOWN_STATUSES = frozenset(TrialStatus.values)
OPEN_STATUSES = frozenset({TrialStatus.RECRUITING, TrialStatus.AVAILABLE})
WAITING_STATUSES = frozenset({TrialStatus.NOT_YET_RECRUITING, TrialStatus.ENROLLING_BY_INVITATION})
PAUSED_STATUSES = frozenset(
    {
        TrialStatus.ACTIVE_NOT_RECRUITING,
        TrialStatus.SUSPENDED,
        TrialStatus.TEMPORARILY_NOT_AVAILABLE,
    }
)
# While the whole trial has one of these, a site row that still says RECRUITING is stale.
STOPPED_STATUSES = frozenset(
    {
        TrialStatus.SUSPENDED,
        TrialStatus.TEMPORARILY_NOT_AVAILABLE,
        TrialStatus.COMPLETED,
        TrialStatus.TERMINATED,
        TrialStatus.WITHDRAWN,
        TrialStatus.NO_LONGER_AVAILABLE,
        TrialStatus.APPROVED_FOR_MARKETING,
        TrialStatus.WITHHELD,
        TrialStatus.UNKNOWN,
    }
)
# Their pages stay, but search engines are asked not to list them.
NOINDEX_STATUSES = frozenset(
    {
        TrialStatus.SUSPENDED,
        TrialStatus.WITHDRAWN,
        TrialStatus.WITHHELD,
        TrialStatus.UNKNOWN,
    }
)


class Phase(models.TextChoices):
    """Phase (enumeration ``Phase`` of the API)."""

    EARLY_PHASE1 = "EARLY_PHASE1", _("Early phase 1")
    PHASE1 = "PHASE1", _("Phase 1")
    PHASE2 = "PHASE2", _("Phase 2")
    PHASE3 = "PHASE3", _("Phase 3")
    PHASE4 = "PHASE4", _("Phase 4")
    NA = "NA", _("No phase")


PHASE_EXPLANATIONS: dict[str, Any] = {
    Phase.EARLY_PHASE1: _("A first look at a very small dose in a few people."),
    Phase.PHASE1: _("Tests if a treatment is safe and finds the right dose, in a small group."),
    Phase.PHASE2: _("Tests if the treatment works against the disease, and how safe it is."),
    Phase.PHASE3: _("Compares the new treatment with the best known one, in many people."),
    Phase.PHASE4: _("Follows an approved treatment to learn more about long-term effects."),
    Phase.NA: _("This study does not test a new drug in phases."),
}


class Sex(models.TextChoices):
    """Who may join (enumeration ``Sex`` of the API)."""

    ALL = "ALL", _("All")
    FEMALE = "FEMALE", _("Women")
    MALE = "MALE", _("Men")


class StudyType(models.TextChoices):
    """Study type (enumeration ``StudyType`` of the API)."""

    INTERVENTIONAL = "INTERVENTIONAL", _("Treatment study")
    OBSERVATIONAL = "OBSERVATIONAL", _("Observation study: no treatment is tested")
    EXPANDED_ACCESS = "EXPANDED_ACCESS", _("Treatment given outside a trial")


class Purpose(models.TextChoices):
    """Primary purpose (enumeration ``PrimaryPurpose`` of the API)."""

    TREATMENT = "TREATMENT", _("Treatment")
    PREVENTION = "PREVENTION", _("Prevention")
    DIAGNOSTIC = "DIAGNOSTIC", _("Finding a disease")
    ECT = "ECT", _("Educating, counseling or training")
    SUPPORTIVE_CARE = "SUPPORTIVE_CARE", _("Supportive care")
    SCREENING = "SCREENING", _("Screening")
    HEALTH_SERVICES_RESEARCH = "HEALTH_SERVICES_RESEARCH", _("How care is given")
    BASIC_SCIENCE = "BASIC_SCIENCE", _("Basic science")
    DEVICE_FEASIBILITY = "DEVICE_FEASIBILITY", _("Testing a device")
    OTHER = "OTHER", _("Other")


class Allocation(models.TextChoices):
    """How participants get to their group (enumeration ``DesignAllocation``)."""

    RANDOMIZED = "RANDOMIZED", _("By chance (randomized)")
    NON_RANDOMIZED = "NON_RANDOMIZED", _("Not by chance")
    NA = "NA", _("There is one group only")


class Masking(models.TextChoices):
    """Who does not know the group (enumeration ``DesignMasking``)."""

    NONE = "NONE", _("Everybody knows which treatment is given")
    SINGLE = "SINGLE", _("One party does not know which treatment is given")
    DOUBLE = "DOUBLE", _("Two parties do not know which treatment is given")
    TRIPLE = "TRIPLE", _("Three parties do not know which treatment is given")
    QUADRUPLE = "QUADRUPLE", _("Nobody involved knows which treatment is given")


class Source(models.TextChoices):
    """Where a classification comes from."""

    AUTO = "auto", _("Automatic")
    STAFF = "staff", _("Staff")


class AlertKind(models.TextChoices):
    """Why staff should look at a trial."""

    CLOSED = "closed", _("Our site closed")
    STOPPED = "stopped", _("Put on hold, called off, or not known any more")
    MISSING = "missing", _("Missing at the registry")
    REWRITTEN = "rewritten", _("The record is newer than our plain summary")


class Known(models.TextChoices):
    """An answer that may be missing."""

    UNKNOWN = "unknown", _("Not known")
    YES = "yes", _("Yes")
    NO = "no", _("No")


def label_of(choices: type[models.TextChoices], value: str) -> str:
    """Return the label of a registry value; the raw value when we do not know it."""
    return str(choices(value).label) if value in choices.values else value


def status_rank(status: str, *, our_site_open: bool) -> int:
    """Return the place of a trial in lists: what one can join comes first."""
    if our_site_open:
        return 0
    for rank, group in enumerate((OPEN_STATUSES, WAITING_STATUSES, PAUSED_STATUSES), start=1):
        if status in group:
            return rank
    return 4
