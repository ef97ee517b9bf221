"""For how long ended inquiries are kept: the defaults, each with its source, and what was decided.

None of this is legal advice. A default says what we took as its measure; how long a clinic has to
keep something is for its counsel to say, who can change every rule in the admin.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.review import add_months
from trials.inquiries.enums import InquiryState
from trials.inquiries.models import Inquiry, RetentionRule
from trials.inquiries.querysets import InquiryQuerySet

AFTER_PRE_SCREEN = "after_pre_screen"
# A rule that was shortened by a slip can be noticed and put right before it erases anything.
NOTICE = timedelta(days=7)

_POLICY = _(
    "Clinic policy. We know of no federal period for somebody who only asked. State law on medical "
    "records may name one."
)
_STUDY = _(
    "21 CFR 312.62(c): an investigator keeps study records until two years after the product is "
    "approved, or after the study ended and the FDA was told. No clock here knows that day, so "
    "nothing is erased by itself."
)


@dataclass(frozen=True)
class Default:
    """What counts while nobody decided: months (None: kept), and what was taken as its measure."""

    months: int | None
    source: str | Promise


S = InquiryState
DEFAULTS: dict[str, Default] = {
    S.NOT_ELIGIBLE: Default(12, _POLICY),
    S.NOT_INTERESTED: Default(12, _POLICY),
    S.COULD_NOT_REACH: Default(12, _POLICY),
    S.TRIAL_CLOSED: Default(12, _POLICY),
    S.REFERRED_ON: Default(12, _POLICY),
    S.WITHDRAWN: Default(6, _POLICY),
    S.DIED: Default(12, _POLICY),
    S.DO_NOT_CONTACT: Default(
        12,
        _(
            "Clinic policy. When it is erased, the wish goes together with every way to reach the "
            "person."
        ),
    ),
    S.SPAM: Default(1, _("Clinic policy. Nobody is waiting for an answer.")),
    AFTER_PRE_SCREEN: Default(
        36,
        _(
            "Clinic policy. Its measure is 45 CFR 46.115(b): an IRB keeps its records for three "
            "years after the research ended. Ask your counsel about screening records."
        ),
    ),
    S.SCREEN_FAILED: Default(None, _STUDY),
}


@dataclass(frozen=True)
class Rule:
    """What counts for one end now."""

    key: str
    months: int | None
    source: str | Promise
    # None while the default counts.
    decided: RetentionRule | None = None
    # What will count from a day to come on.
    coming: RetentionRule | None = None

    @property
    def label(self) -> str | Promise:
        """Return the end in words."""
        if self.key == AFTER_PRE_SCREEN:
            return _("Any other end, after the pre-screen was passed")
        return InquiryState(self.key).label

    @property
    def upholds_law(self) -> bool:
        """Return whether the default is to keep, because of a law on study records."""
        return DEFAULTS[self.key].months is None

    def at(self, moment: datetime) -> "Rule":
        """Return the rule as it will count at a moment, if nobody decides anything else."""
        if self.coming is None or self.coming.in_force_from > moment:
            return self
        return Rule(self.key, self.coming.months, self.source, self.coming)

    def due(self, moment: datetime) -> InquiryQuerySet:
        """Return what was not erased and whose time is over at a moment, obstacles aside.

        Those that were merged into another one are left out: they are erased with that one.
        """
        kept: InquiryQuerySet = Inquiry.objects.filter(
            closed_at__isnull=False, erased_at__isnull=True, merged_into__isnull=True
        )
        if self.months is None:
            return kept.none()
        day = timezone.localtime(moment)
        last = datetime.combine(add_months(day.date(), -self.months), day.timetz())
        return kept.filter(self._applies(), closed_at__lte=last, erasure_decided_at__isnull=True)

    def _applies(self) -> Q:
        merged = Inquiry.objects.filter(merged_into=OuterRef("pk"), pre_screened_at__isnull=False)
        was_passed = Q(pre_screened_at__isnull=False) | Q(Exists(merged))
        if self.key == AFTER_PRE_SCREEN:
            own = (S.SCREEN_FAILED, AFTER_PRE_SCREEN)
            return Q(state__in=[key for key in DEFAULTS if key not in own]) & was_passed
        if self.key == S.SCREEN_FAILED:
            return Q(state=self.key)
        return Q(state=self.key) & ~was_passed


def rules(now: datetime | None = None) -> list[Rule]:
    """Return what counts now, for each end that has a rule."""
    now = now or timezone.now()
    decided: dict[str, list[RetentionRule]] = {key: [] for key in DEFAULTS}
    for row in RetentionRule.objects.filter(key__in=DEFAULTS).select_related("decided_by"):
        decided[row.key].append(row)
    return [_rule(key, rows, now) for key, rows in decided.items()]


def rule_for(key: str, now: datetime | None = None) -> Rule:
    """Return what counts now for one end; raises KeyError for one without a rule."""
    return {rule.key: rule for rule in rules(now)}[key]


def _rule(key: str, rows: Iterable[RetentionRule], now: datetime) -> Rule:
    """Return the newest decision that is in force, and a newer one that will be."""
    newest_first = sorted(rows, key=lambda row: (row.decided_at, row.pk), reverse=True)
    in_force = next((row for row in newest_first if row.in_force_from <= now), None)
    coming = next(iter(newest_first), None)
    default = DEFAULTS[key]
    return Rule(
        key=key,
        months=in_force.months if in_force else default.months,
        source=default.source,
        decided=in_force,
        coming=coming if coming is not in_force else None,
    )
