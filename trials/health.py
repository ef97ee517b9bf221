"""Whether the mirror can still be trusted: a part of readiness."""

from django.conf import settings
from django.utils import timezone

from clinic.health import Check
from trials.models import RegistryQuery, SyncRun


def registry_problem() -> str | None:
    """Return what is wrong when the registry was not read for long, though it should be."""
    limit = settings.OPERATING.registry_silence
    if not limit or not RegistryQuery.objects.filter(is_active=True).exists():
        return None
    last = SyncRun.objects.daily_looks().order_by("-finished_at").first()
    if last is None:
        first = SyncRun.objects.filter(is_daily_look=True).order_by("started_at").first()
        is_late = first and timezone.now() - first.started_at > limit
        return "the registry was never read" if is_late else None
    hours = int((timezone.now() - last.finished_at).total_seconds() // 3600)
    if timezone.now() - last.finished_at > limit:
        return f"the registry was last read {hours} hours ago"
    return None


CHECKS: dict[str, Check] = {"registry": registry_problem}
