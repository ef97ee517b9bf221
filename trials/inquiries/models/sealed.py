"""Rows that hold something only the staff and worker processes can read."""

import json
import uuid
from typing import Any, ClassVar

from django.db import models

from clinic.sealing import Sealed, open_sealed, seal


class SealedRow(models.Model):
    """A row with one sealed JSON object, bound to the row's purpose and id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key_id = models.CharField(max_length=32, editable=False)
    blob = models.BinaryField(editable=False)

    purpose: ClassVar[str]

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

    def unsealed(self) -> dict[str, Any]:
        """Return the JSON object; raises a SealingError. Callers write the audit event."""
        return json.loads(open_sealed(Sealed(self.key_id, bytes(self.blob)), info=self._info))
