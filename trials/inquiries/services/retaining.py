"""Retention: erasing what is over, by rules that people decide; and those decisions.

Nothing is erased that somebody may still need: ``retention_obstacles`` is asked once for the list
and once more under the lock. Each batch is committed by itself and leaves tombstones, so that a
worker that is killed goes on where it was.
"""

import logging
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone

from clinic.audit import record_event
from clinic.models import User
from trials.inquiries.models import Inquiry, RetentionRule
from trials.inquiries.permissions import user_may_set_retention
from trials.inquiries.querysets import InquiryQuerySet
from trials.inquiries.retention_enums import Obstacle
from trials.inquiries.retention_obstacles import with_obstacles, without_obstacles
from trials.inquiries.retention_rules import NOTICE, Rule, rule_for, rules
from trials.inquiries.services.erasing import erase

logger = logging.getLogger(__name__)

BATCH = 50
# In one run: a first run over many years must not hold up the other jobs for hours.
MOST_IN_A_RUN = 1000


class RetentionFailedError(Exception):
    """Some inquiries could not be erased; the others were."""


@dataclass(frozen=True)
class Line:
    """What one rule means at a moment: numbers only."""

    rule: Rule
    # Whose time is over: those that are erased, and those that something keeps.
    free: int
    kept: int
    obstacles: dict[Obstacle, int] = field(default_factory=dict)


def preview(now: datetime | None = None, *, moment: datetime | None = None) -> list[Line]:
    """Return what every rule would erase at a moment, now unless it is given."""
    now = now or timezone.now()
    moment = moment or now
    return [_line(rule.at(moment), moment) for rule in rules(now)]


def _line(rule: Rule, moment: datetime) -> Line:
    due = with_obstacles(rule.due(moment), moment)
    nothing = Q(**{f"has_{obstacle}": False for obstacle in Obstacle})
    counted = due.aggregate(
        all=Count("pk"),
        free=Count("pk", filter=nothing),
        **{f"by_{one}": Count("pk", filter=Q(**{f"has_{one}": True})) for one in Obstacle},
    )
    return Line(
        rule=rule,
        free=counted["free"],
        kept=counted["all"] - counted["free"],
        obstacles={one: counted[f"by_{one}"] for one in Obstacle if counted[f"by_{one}"]},
    )


def apply_retention(now: datetime | None = None, *, most: int = MOST_IN_A_RUN) -> dict[str, int]:
    """Erase up to ``most`` inquiries whose time is over; return how many by the key of the rule.

    Raises RetentionFailedError, after all others are done, when some could not be erased.
    """
    now, failed = now or timezone.now(), 0
    done: dict[str, int] = {}
    for rule in rules(now):
        seen: set[uuid.UUID] = set()
        while (room := most - sum(done.values())) > 0:
            batch = _erase_batch(rule, now, min(BATCH, room), seen)
            if not batch.chosen:
                break
            done[rule.key] = done.get(rule.key, 0) + batch.erased
            failed += batch.failed
            # What fails, or what somebody works on just now, is asked for no second time.
            seen |= batch.chosen
    if failed:
        raise RetentionFailedError(f"{failed} inquiries could not be erased.")
    return done


@dataclass
class _Batch:
    chosen: set[uuid.UUID]
    erased: int = 0
    failed: int = 0


@transaction.atomic
def _erase_batch(rule: Rule, now: datetime, size: int, seen: set[uuid.UUID]) -> _Batch:
    free = without_obstacles(rule.due(now), now)
    oldest = free.exclude(pk__in=seen).order_by("closed_at", "pk").values_list("pk", flat=True)
    batch = _Batch(set(oldest[:size]))
    if not batch.chosen:
        return batch
    # Asked again under the lock: what came in meanwhile counts.
    for pk in free.filter(pk__in=_lock(batch.chosen)).values_list("pk", flat=True):
        try:
            with transaction.atomic():
                erase(inquiry_id=pk, why="retention", rule=rule.key)
            batch.erased += 1
        except Exception as error:  # noqa: BLE001 - one broken inquiry must not hold up others
            logger.error("The inquiry %s could not be erased: %s", pk, type(error).__name__)
            batch.failed += 1
    return batch


def _lock(chosen: set[uuid.UUID]) -> list[uuid.UUID]:
    """Lock what nobody else works on just now; return its ids."""
    unlocked = Inquiry.objects.select_for_update(skip_locked=True).filter(pk__in=chosen)
    return [inquiry.pk for inquiry in unlocked.order_by("pk")]


def coming(rule: Rule, moment: datetime) -> InquiryQuerySet:
    """Return what a rule erases until a moment unless something keeps it, the oldest first."""
    return with_obstacles(rule.at(moment).due(moment), moment).order_by("closed_at", "pk")


@transaction.atomic
def decide_rule(
    *,
    key: str,
    months: int | None,
    why: str,
    actor: User,
    request: HttpRequest | None = None,
) -> RetentionRule:
    """Decide for how long one end is kept (None: for good); return the decision.

    A shorter time than now counts after a week, a longer one at once. Raises PermissionDenied for
    all but leads and administrators, and KeyError for an end without a rule.
    """
    if not user_may_set_retention(actor):
        raise PermissionDenied
    now = timezone.now()
    before = rule_for(key, now)
    row = RetentionRule.objects.create(
        key=key,
        months=months,
        why=why,
        decided_by=actor,
        decided_at=now,
        in_force_from=now + NOTICE if _is_shorter(months, before.months) else now,
    )
    record_event(
        action="retention.rule_decided",
        actor=actor,
        object_type="retention_rule",
        object_id=key,
        data={
            "before": before.months,
            "after": months,
            "in_force_from": row.in_force_from.isoformat(),
        },
        request=request,
    )
    return row


def _is_shorter(months: int | None, before: int | None) -> bool:
    return months is not None and (before is None or months < before)
