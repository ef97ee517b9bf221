"""What operators want to know of inquiries: numbers and times alone."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.measurements import Measure, Measurement
from trials.inquiries.models import Inquiry, SyntheticRun

_LAST = ("clinic_synthetic_timestamp_seconds", _("Last synthetic inquiry that came through"))


def _inquiries() -> list[Measurement]:
    overdue = Inquiry.objects.overdue(timezone.now()).count()
    return [Measurement("clinic_inquiries_overdue", _("Overdue inquiries"), overdue)]


def _synthetic() -> list[Measurement]:
    ended = SyntheticRun.objects.filter(failure="").exclude(finished_at=None)
    last = ended.order_by("-started_at").first()
    if last is None or last.finished_at is None:
        return [Measurement(*_LAST, None)]
    took = last.finished_at - last.started_at
    return [
        Measurement(*_LAST, last.finished_at),
        Measurement("clinic_synthetic_duration_seconds", _("How long it took"), took),
    ]


MEASURES: list[Measure] = [_inquiries, _synthetic]
