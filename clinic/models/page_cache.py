from django.db import models


class PageCacheGeneration(models.Model):
    """One row: the number that every process compares its cached pages with."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="page_cache_generation_is_one_row", condition=models.Q(id=1)
            )
        ]
