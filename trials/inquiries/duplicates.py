"""Inquiries that may be of the same person, found by keyed hashes: nothing is opened for it."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from clinic.models import User
from trials.inquiries.enums import LookupKind
from trials.inquiries.lookup import tokens_of
from trials.inquiries.models import Inquiry, LookupToken

MOST_SHOWN = 10
# One word is half the town's name.
FEWEST_NAME_PARTS = 2
_CONTACT = (LookupKind.EMAIL, LookupKind.PHONE)


@dataclass(frozen=True)
class Duplicate:
    """Another inquiry with the same contact data, or only with the same name."""

    inquiry: Inquiry
    is_likely: bool


def duplicates_of(inquiry: Inquiry, user: User) -> list[Duplicate]:
    """Return the inquiries that may be of the same person and that the user may see, likely first.

    The same email or phone makes it likely; the same name is a hint.
    """
    if inquiry.is_gone:
        return []
    own = {inquiry.pk, inquiry.merged_into_id}
    tokens = LookupToken.objects.filter(inquiry__in=inquiry.family())
    return _found(list(tokens), user, leaving_out=own)


def duplicates_of_answers(
    inquiry_id: uuid.UUID, answers: dict[str, Any], user: User
) -> list[Duplicate]:
    """Return the same for answers that are about to become an inquiry of this id."""
    return _found(tokens_of(inquiry_id, answers), user, leaving_out={inquiry_id})


def _found(
    tokens: list[LookupToken], user: User, *, leaving_out: set[uuid.UUID | None]
) -> list[Duplicate]:
    contact = {bytes(t.digest) for t in tokens if t.kind != LookupKind.NAME}
    name = {bytes(t.digest) for t in tokens if t.kind == LookupKind.NAME}
    likely = _ids(LookupToken.objects.filter(kind__in=_CONTACT), contact)
    hinted = _ids_with_all_of(name) if len(name) >= FEWEST_NAME_PARTS else set()
    others = Inquiry.objects.visible_to(user).filter(
        pk__in=(likely | hinted) - leaving_out,
        merged_into__isnull=True,
        erasure_decided_at__isnull=True,
    )
    newest = others.order_by("-received_at")[:MOST_SHOWN]
    shown = [Duplicate(other, other.pk in likely) for other in newest]
    return sorted(shown, key=lambda duplicate: not duplicate.is_likely)


def _ids(tokens: "QuerySet[LookupToken]", digests: set[bytes]) -> set[uuid.UUID | None]:
    found = tokens.filter(digest__in=digests) if digests else tokens.none()
    return set(found.values_list("inquiry", flat=True))


def _ids_with_all_of(digests: set[bytes]) -> set[uuid.UUID | None]:
    found = LookupToken.objects.filter(kind=LookupKind.NAME, digest__in=digests)
    counted = found.values("inquiry").annotate(parts=Count("pk"))
    return set(counted.filter(parts=len(digests)).values_list("inquiry", flat=True))
