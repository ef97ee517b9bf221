"""What operators want to know of the registry's mirror."""

from django.utils.translation import gettext_lazy as _

from clinic.measurements import Measure, Measurement
from trials.models import SyncRun


def _registry() -> list[Measurement]:
    last = SyncRun.objects.daily_looks().order_by("-finished_at").first()
    read_at = last.finished_at if last else None
    return [Measurement("clinic_registry_read_timestamp_seconds", _("Registry last read"), read_at)]


MEASURES: list[Measure] = [_registry]
