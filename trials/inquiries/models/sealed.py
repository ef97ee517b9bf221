"""Rows that hold something only the staff and worker processes can read."""

import json
import logging
import uuid
from typing import Any, ClassVar

from django.apps import apps
from django.db import models

from clinic.sealing import Sealed, SealingError, TamperedError, open_sealed, seal

logger = logging.getLogger(__name__)


class ShapeError(SealingError):
    """What was sealed opens, but is not the JSON object that belongs there."""


class SealedRow(models.Model):
    """A row with one sealed JSON object, bound to the row's purpose and id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key_id = models.CharField(max_length=32, editable=False)
    blob = models.BinaryField(editable=False)

    purpose: ClassVar[str]
    # What every reader relies on: the keys that must be there, and of which type.
    shape: ClassVar[dict[str, type]]

    class Meta:
        abstract = True

    @property
    def _info(self) -> bytes:
        return f"inquiries.{self.purpose}/v1/{self.pk}".encode()

    def seal_in(self, data: dict[str, Any]) -> None:
        """Put a JSON object into the row, sealed; the row is not saved."""
        plain = json.dumps(data, ensure_ascii=False, sort_keys=True).encode()
        sealed = seal(plain, info=self._info)
        self.key_id, self.blob = sealed.key_id, sealed.blob

    def seal_anew(self) -> None:
        """Put the very same bytes under the newest key; raises a SealingError.

        What was sealed is opened once more first. The row is not saved.
        """
        plain = open_sealed(Sealed(self.key_id, bytes(self.blob)), info=self._info)
        sealed = seal(plain, info=self._info)
        if open_sealed(sealed, info=self._info) != plain:
            raise TamperedError("What was sealed anew opens as something else.")
        self.key_id, self.blob = sealed.key_id, sealed.blob

    def unsealed(self) -> dict[str, Any]:
        """Return the JSON object; raises a SealingError. Callers write the audit event."""
        plain = open_sealed(Sealed(self.key_id, bytes(self.blob)), info=self._info)
        try:
            data = json.loads(plain)
        except ValueError:  # its text would quote what was sealed
            raise ShapeError("Not JSON.") from None
        if not isinstance(data, dict):
            raise ShapeError("Not a JSON object.")
        wrong = [key for key, kind in self.shape.items() if not isinstance(data.get(key), kind)]
        if wrong:
            raise ShapeError(f"Missing or of another type: {', '.join(wrong)}.")
        return data

    def unsealed_or_none(self) -> dict[str, Any] | None:
        """Return the JSON object, or None, told to the operators, when it cannot be read.

        For lists and pages: one broken row must not hide the others. Callers write the audit event.
        """
        try:
            return self.unsealed()
        except SealingError as error:
            logger.error(
                "The sealed %s %s cannot be read: %s", self.purpose, self.pk, type(error).__name__
            )
            return None


def sealed_models() -> list[type[SealedRow]]:
    """Return every kind of sealed row of every room, also those made later, by table name."""
    models_ = [model for model in apps.get_models() if issubclass(model, SealedRow)]
    return sorted(models_, key=lambda model: model._meta.db_table)
