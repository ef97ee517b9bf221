from django.db import models
from django.db.models import Q

from trials.models.trial import Trial


class Place(models.Model):
    """A point on the map. The registry places sites by their town, so many trials share one."""

    latitude = models.FloatField()
    longitude = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["latitude", "longitude"], name="place_once"),
            models.CheckConstraint(
                name="place_on_earth",
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.latitude}, {self.longitude}"


class TrialPlace(models.Model):
    """A place that counts for the distance to a listed trial, see ``trials.places.counted``.

    Derived data, like search documents. A trial without any has one row without a place.
    """

    trial = models.ForeignKey(
        Trial, on_delete=models.CASCADE, related_name="places", db_index=False
    )
    place = models.ForeignKey(Place, on_delete=models.CASCADE, null=True, db_index=False)
    is_open = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "place"], nulls_distinct=False, name="trial_place_once"
            )
        ]
        indexes = [
            # From places to their trials, without a look at the table.
            models.Index(fields=["place"], include=["trial", "is_open"], name="trial_place_near")
        ]

    def __str__(self) -> str:
        return f"{self.trial_id} {self.place_id}"
