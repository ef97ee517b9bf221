"""When a trial closes, everyone who asked about it and still waits gets a coordinator's word."""

from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from clinic.audit import record_event
from clinic.models.outbox import Audience
from clinic.outbox import enqueue
from trials.inquiries.models import Inquiry
from trials.models import Trial


def task_for_open_inquiries(trials: list[Trial], **_signal: Any) -> None:
    """Set the next action of open inquiries about the trials to today, and tell their people."""
    today = timezone.localdate()
    waiting = Inquiry.objects.open().filter(trial_links__trial__in=trials, is_quarantined=False)
    for inquiry in waiting.distinct().order_by("pk"):
        Inquiry.objects.filter(pk=inquiry.pk).update(next_action_on=today, version=F("version") + 1)
        record_event(
            action="inquiry.trial_closed",
            actor=None,
            object_type="inquiry",
            object_id=inquiry.pk,
        )
        enqueue(
            template="inquiry_trial_closed",
            subject_type="inquiry",
            subject_id=inquiry.pk,
            audience=Audience.STAFF,
            language=settings.LANGUAGE_CODE,
            once=f"{inquiry.pk}/{today}",
        )
