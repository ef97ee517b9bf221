import uuid

from django.db import models


class RateLimitHit(models.Model):
    """One use of something limited, under a keyed hash that tells nobody who it was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["scope", "key", "at"], name="rate_limit_window")]

    def __str__(self) -> str:
        return self.scope
