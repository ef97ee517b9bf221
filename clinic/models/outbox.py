import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Longer than a conversation with a mail server lasts (see clinic.mail_backend).
LEASE = timedelta(minutes=5)


class Audience(models.TextChoices):
    """Whom a message is for; who that is, is found out when it is sent."""

    SENDER = "sender", _("Sender of the inquiry")
    STAFF = "staff", _("Staff")


class DeliveryFailure(models.TextChoices):
    """How a message did not arrive; the later a word stands here, the more it tells."""

    DELAYED = "delayed", _("delayed: the mail server still tries")
    REFUSED = "refused", _("refused by the mail server")
    EXPIRED = "expired", _("came back: the mail server gave up")
    BOUNCED = "bounced", _("came back: nobody gets mail there")


# After these the message is not on its way any more.
LOST = (DeliveryFailure.REFUSED, DeliveryFailure.EXPIRED, DeliveryFailure.BOUNCED)


_NOT_ARRIVED = Q(failed_at__isnull=False) | Q(dead_at__isnull=False) | Q(cancelled_at__isnull=False)


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def unsent(self) -> "OutboxQuerySet":
        """Return what was neither sent nor cancelled, given up or not."""
        return self.filter(sent_at=None, cancelled_at=None)

    def pending(self) -> "OutboxQuerySet":
        """Return what still has to be sent."""
        return self.unsent().filter(dead_at=None)

    def due(self, now: datetime) -> "OutboxQuerySet":
        """Return what may be claimed at ``now``: its time has come and no lease is running.

        A lease that ends later than any that begins now is of a clock that went wrong since.
        """
        unclaimed = (
            Q(claimed_until=None) | Q(claimed_until__lte=now) | Q(claimed_until__gt=now + 2 * LEASE)
        )
        return self.pending().filter(unclaimed, next_attempt_at__lte=now)

    def dead(self) -> "OutboxQuerySet":
        """Return what was given up and is still wanted.

        A sender's address that a mail server refuses is no fault of the mail: those who look after
        the inquiry learn of it there.
        """
        refused = Q(audience=Audience.SENDER, failure=DeliveryFailure.REFUSED)
        return self.unsent().filter(~refused, dead_at__isnull=False)

    def news(self) -> "OutboxQuerySet":
        """Return what did not reach a sender and what nobody has taken note of yet."""
        return self.filter(_NOT_ARRIVED, audience=Audience.SENDER, noted_at=None)

    def for_subject(self, subject_type: str, subject_id: object) -> "OutboxQuerySet":
        """Return the messages about one object."""
        return self.filter(subject_type=subject_type, subject_id=str(subject_id))


class OutboxMessage(models.Model):
    """A message to write and send: never its text, never an address.

    The state follows from timestamps, because notices arrive out of order.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    template = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    language = models.CharField(max_length=8)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    first_attempted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=80, blank=True)
    failure = models.CharField(max_length=10, choices=DeliveryFailure, blank=True)
    # The code of RFC 3463 or of SMTP.
    failure_code = models.CharField(max_length=12, blank=True)
    failed_at = models.DateTimeField(null=True)
    # When those whom the message concerns took note that it did not arrive.
    noted_at = models.DateTimeField(null=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="outbox_pending",
                condition=Q(sent_at=None, dead_at=None, cancelled_at=None),
            ),
            models.Index(fields=["subject_type", "subject_id"], name="outbox_subject"),
            models.Index(
                fields=["created_at"],
                name="outbox_news",
                condition=_NOT_ARRIVED & Q(audience=Audience.SENDER, noted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.subject_type} {self.subject_id}"
