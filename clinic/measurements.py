"""The numbers that tell how the site does, for a monitoring system and for administrators.

Each app lists in its ``measurements`` module functions that return some. A number or a time, never
anything about a person.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from clinic.attention import failing_jobs
from clinic.contributions import contributions
from clinic.health import BACKUP_JOB, oldest_due, problems
from clinic.jobs import last_success
from clinic.models import OutboxMessage, WorkerHeartbeat
from clinic.sealing import keys_fit

# The text format of Prometheus, https://prometheus.io/docs/instrumenting/exposition_formats/
EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Measurement:
    """A number, a time or a length of time under the name that a monitoring system knows it by.

    ``value`` is None for what never happened: such a line is left out there.
    """

    name: str
    label: str | Promise
    value: float | datetime | timedelta | None

    @property
    def number(self) -> str:
        """Return the value as the text format has it: seconds for times, since 1970 for moments."""
        value = self.value
        if isinstance(value, datetime):
            return repr(value.astimezone(UTC).timestamp())
        return repr(float(value.total_seconds() if isinstance(value, timedelta) else value or 0))


Measure = Callable[[], list[Measurement]]


def all_measurements() -> Iterator[Measurement]:
    """Yield what every app measures now."""
    for module in contributions("measurements"):
        for measure in module.MEASURES:
            yield from measure()


def exposition() -> str:
    """Return all measurements, and which checks of readiness are red, as Prometheus reads them."""
    lines = []
    for one in all_measurements():
        with override("en"):
            lines += [f"# HELP {one.name} {one.label}"]
        lines += [f"# TYPE {one.name} gauge"]
        lines += [f"{one.name} {one.number}"] if one.value is not None else []
    red = problems()
    lines += ["# HELP clinic_ready 1 while /readyz answers 200", "# TYPE clinic_ready gauge"]
    lines += [f"clinic_ready {int(not red)}"]
    lines += ["# HELP clinic_problem a check of /readyz that is red", "# TYPE clinic_problem gauge"]
    lines += [f'clinic_problem{{check="{name}"}} 1' for name in sorted(red)]
    return "\n".join(lines) + "\n"


def _queue() -> list[Measurement]:
    now, messages = timezone.now(), OutboxMessage.objects
    return [
        Measurement("clinic_outbox_oldest_due_seconds", _("Oldest due message"), oldest_due(now)),
        Measurement(
            "clinic_outbox_pending", _("Messages still to send"), messages.pending().count()
        ),
        Measurement("clinic_outbox_given_up", _("Messages given up"), messages.dead().count()),
    ]


def _worker() -> list[Measurement]:
    beat = WorkerHeartbeat.objects.first()
    return [
        Measurement(
            "clinic_worker_seen_timestamp_seconds", _("Worker last seen"), beat.at if beat else None
        ),
        Measurement("clinic_jobs_failing", _("Failing jobs"), len(failing_jobs(timezone.now()))),
        Measurement("clinic_backup_timestamp_seconds", _("Last backup"), last_success(BACKUP_JOB)),
    ]


def _keys() -> list[Measurement]:
    if not settings.SEALING_PRIVATE_KEYS:
        return []
    return [Measurement("clinic_keys_fit", _("Keys fit (1: yes)"), int(keys_fit()))]


MEASURES: list[Measure] = [_queue, _worker, _keys]
