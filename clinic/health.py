"""Whether the site can do its work, and what the project package contributes to that.

Each app lists in its ``health`` module ``CHECKS``, which make readiness red, and ``WARNINGS``,
which only show. The limits are ``settings.OPERATING``. The public door asks too; checks in
``OF_THE_WORKER`` look at what its role may not read, and there it says what the worker found.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from types import ModuleType

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.contributions import contributions
from clinic.jobs import last_success
from clinic.key_canary import keys_problem
from clinic.models import Alarm, OutboxMessage, WorkerHeartbeat

BACKUP_JOB = "backup"
_DAY = timedelta(days=1)

Check = Callable[[], str | None]


def problems() -> dict[str, str]:
    """Return what is wrong, by the name of the check; nothing is when everything works."""
    found = dict(_found("CHECKS"))
    return found | _seen_by_the_worker() if settings.PROCESS == "public" else found


def warnings() -> dict[str, str]:
    """Return what somebody should look at though the site works; the public door knows of none."""
    return {} if settings.PROCESS == "public" else dict(_found("WARNINGS"))


def _found(kind: str) -> Iterator[tuple[str, str]]:
    for module in contributions("health"):
        checks: dict[str, Check] = getattr(module, kind, {})
        elsewhere = _of_the_worker(module) if settings.PROCESS == "public" else set()
        for name, check in checks.items():
            if name in elsewhere:
                continue
            try:
                problem = check()
            except DatabaseError:
                problem = "the database does not answer"
            if problem:
                yield name, problem


def _of_the_worker(module: ModuleType) -> set[str]:
    names: set[str] = getattr(module, "OF_THE_WORKER", set())
    return names


def _seen_by_the_worker() -> dict[str, str]:
    """Return the alarms of the worker about what this process may not look at."""
    names = {name for module in contributions("health") for name in _of_the_worker(module)}
    try:
        alarms = list(Alarm.objects.filter(ended_at=None, name__in=names).only("name", "began_at"))
    except DatabaseError:  # another check says so
        return {}
    return {
        alarm.name: _("the worker says so since %(time)s")
        % {"time": alarm.began_at.isoformat(timespec="minutes")}
        for alarm in alarms
    }


def hours_and_minutes(time: timedelta) -> str:
    """Return a time as people say it, such as ``3 h 20 min``."""
    minutes = int(time.total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _database() -> str | None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT 1")
    return None


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {})


def _migrations() -> str | None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        missing = _known_migrations() - set(cursor.fetchall())
    return f"{len(missing)} migrations are not applied" if missing else None


def _worker() -> str | None:
    beat = WorkerHeartbeat.objects.first()
    if beat is None:
        return "no worker was ever seen"
    silence = timezone.now() - beat.at
    # Also a beat from the future, by a clock that went wrong.
    if abs(silence) > settings.OPERATING.worker_silence:
        return f"no worker was seen for {int(silence.total_seconds())} seconds"
    return None


def oldest_due(now: datetime) -> timedelta:
    """Return for how long the oldest message that may be sent has been waiting for a worker."""
    first = OutboxMessage.objects.due(now).order_by("next_attempt_at")
    since = first.values_list("next_attempt_at", flat=True).first()
    return now - since if since else timedelta(0)


def _queue() -> str | None:
    limit, age = settings.OPERATING.queue_age, oldest_due(timezone.now())
    if not limit or age <= limit:
        return None
    return _("messages are due and nobody has sent them for %(time)s") % {
        "time": hours_and_minutes(age)
    }


def _given_up() -> str | None:
    limit = settings.OPERATING.given_up_mails
    count = OutboxMessage.objects.dead().filter(dead_at__gt=timezone.now() - _DAY).count()
    if not limit or count < limit:
        return None
    return _("%(count)d messages were given up within a day") % {"count": count}


def _backup() -> str | None:
    limit, last = settings.OPERATING.backup_age, last_success(BACKUP_JOB)
    if not limit:
        return None
    if last is None:
        return _("no backup was ever made")
    age = timezone.now() - last
    if age <= limit:
        return None
    return _("the last backup was made %(time)s ago") % {"time": hours_and_minutes(age)}


def _any_given_up() -> str | None:
    count = OutboxMessage.objects.dead().count()
    if not count:
        return None
    sentence = ngettext("%(count)d message was given up", "%(count)d messages were given up", count)
    return sentence % {"count": count}


CHECKS: dict[str, Check] = {
    "database": _database,
    "migrations": _migrations,
    "worker": _worker,
    "keys": keys_problem,
    "queue": _queue,
    "given_up": _given_up,
    "backup": _backup,
}
OF_THE_WORKER = {"keys", "queue", "given_up", "backup"}
WARNINGS: dict[str, Check] = {"given_up": _any_given_up}
