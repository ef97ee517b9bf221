"""Finding an inquiry by what its sender would say: reference, e-mail, phone or name.

The database holds keyed hashes only; what was typed leaves no trace.
"""

import hashlib
import hmac
import re
import unicodedata
import uuid
from collections.abc import Mapping
from typing import Any

import phonenumbers
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clinic.sealing import SealingError
from trials.inquiries.enums import LookupKind
from trials.inquiries.models import Inquiry, LookupToken, Submission
from trials.inquiries.querysets import InquiryQuerySet

# What people hear and type instead of the letters that references leave out.
_MISHEARD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def normal_email(text: str) -> str:
    """Return an address as it is compared: without case and spaces around it."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def normal_phone(text: str) -> str:
    """Return a number in E.164 if it reads as one (US without a country code), else its digits."""
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return "".join(re.findall(r"\d", text))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def name_parts(text: str) -> set[str]:
    """Return the words of a name without case and accents; single letters say too little."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return {word for word in re.findall(r"\w+", plain) if len(word) > 1}


def normal_reference(text: str) -> str:
    """Return a reference as we write it, whatever way it was heard."""
    letters = re.sub(r"[^0-9A-Z]", "", text.upper()).translate(_MISHEARD)
    return f"{letters[:4]}-{letters[4:]}"


def digest(kind: LookupKind, value: str) -> bytes:
    """Return the keyed hash of a normalised value."""
    message = f"inquiries.lookup/v1\x00{kind}\x00{value}".encode()
    return hmac.new(settings.LOOKUP_KEY.encode(), message, hashlib.sha256).digest()


def tokens_of(inquiry_id: uuid.UUID, answers: Mapping[str, Any]) -> list[LookupToken]:
    """Return the keyed hashes by which an inquiry is found, not saved."""
    values = {(LookupKind.NAME, part) for part in name_parts(answers["name"])}
    if answers["email"]:
        values.add((LookupKind.EMAIL, normal_email(answers["email"])))
    if answers["phone"]:
        values.add((LookupKind.PHONE, normal_phone(answers["phone"])))
    return [
        LookupToken(inquiry_id=inquiry_id, kind=kind, digest=digest(kind, value))
        for kind, value in sorted(values)
    ]


def index_submissions(limit: int = 500) -> int:
    """Write the lookup tokens of new submissions, oldest first; return how many were new.

    Raises SealingError when some cannot be opened, after the others are indexed: one broken row
    must neither keep the rest from being found nor go unnoticed.
    """
    with transaction.atomic():
        waiting = list(
            Submission.objects.select_for_update(skip_locked=True, of=("self",))
            # What comes for an erased inquiry becomes one of its own (services.reviving).
            .filter(indexed_at__isnull=True, inquiry__erased_at__isnull=True)
            .order_by("received_at")[:limit]
        )
        tokens, indexed, urgent, interpreted = [], [], [], {}
        for submission in waiting:
            if answers := submission.unsealed_or_none():
                tokens += tokens_of(submission.inquiry_id, answers)
                indexed.append(submission.pk)
                if submission.is_urgent and not submission.is_first:
                    urgent.append(submission.inquiry_id)
                interpreted[submission.inquiry_id] = bool(answers.get("needs_interpreter"))
        LookupToken.objects.bulk_create(tokens, ignore_conflicts=True)
        Submission.objects.filter(pk__in=indexed).update(indexed_at=timezone.now())
        # The public role marks what is new; it cannot mark an inquiry that is there already.
        Inquiry.objects.going_on_for(urgent).update(urgent_at=timezone.now())
        for is_needed in (True, False):  # as the newest answers say
            of_these = [pk for pk, needed in interpreted.items() if needed == is_needed]
            Inquiry.objects.going_on_for(of_these).filter(needs_interpreter=not is_needed).update(
                needs_interpreter=is_needed
            )
    if unreadable := len(waiting) - len(indexed):
        raise SealingError(f"{unreadable} submissions cannot be read with the keys we have.")
    return len(indexed)


def _with(inquiries: InquiryQuerySet, kind: LookupKind, value: str) -> InquiryQuerySet:
    found = LookupToken.objects.filter(kind=kind, digest=digest(kind, value))
    # What is to be erased is found by nothing that its sender told us.
    to_erase = Inquiry.objects.to_erase().values("pk")
    return inquiries.filter(pk__in=found.values("inquiry")).exclude(pk__in=to_erase)


def search(inquiries: InquiryQuerySet, text: str) -> InquiryQuerySet:
    """Return those of some inquiries that a reference, e-mail, phone or name finds exactly."""
    text = text.strip()
    if "@" in text:
        return _with(inquiries, LookupKind.EMAIL, normal_email(text))
    anything = Q(reference=normal_reference(text))
    if len(re.findall(r"\d", text)) >= 7:
        by_phone = _with(Inquiry.objects.all(), LookupKind.PHONE, normal_phone(text))
        anything |= Q(pk__in=by_phone.values("pk"))
    parts = name_parts(text)
    if parts:
        by_name = Inquiry.objects.all()
        for part in sorted(parts):
            by_name = _with(by_name, LookupKind.NAME, part)
        anything |= Q(pk__in=by_name.values("pk"))
    return inquiries.filter(anything)
