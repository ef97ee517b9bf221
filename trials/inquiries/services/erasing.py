"""Erasing what a person told us, so that what reports count remains.

The contract, for the private page, for retention and for requests on paper alike:

==========================  =======================================================================
Gone                        every sealed row that belongs to the inquiry (submissions, notes of
                            staff and their drafts, what the sender asked for), lookup tokens, its
                            messages in the outbox
Remains (the *tombstone*)   the ``Inquiry`` row with its times, state, closing, language, source,
                            origin and trials, and that it was merged; who entered it and how the
                            sender agreed, where staff did; its attempts (channel,
                            outcome, time, who); its pauses; its consents to the list for later,
                            ended; its audit events, which never held anything personal; the
                            receipt, which says "erased" until it expires
==========================  =======================================================================

A tombstone has ``erased_at``; nothing can be done with it, and no search finds it. Deciding
*whether* something may be erased is the caller's job. Only the worker may delete: what a person
decides is written into the inquiry, hides at once what was told, and is carried out by the worker.
"""

import logging
import uuid

from django.apps import apps
from django.db import transaction
from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils import timezone

from clinic.models import OutboxMessage, User
from clinic.outbox import cancel_for_subject
from trials.inquiries.enums import Closing, InquiryState
from trials.inquiries.later_enums import LaterEnd
from trials.inquiries.models import Inquiry, LookupToken, SenderRequest
from trials.inquiries.models.sealed import SealedRow
from trials.inquiries.querysets_sender import SenderRequestQuerySet
from trials.inquiries.sender_enums import RequestKind, RequestOutcome
from trials.inquiries.services.changing import record, save
from trials.inquiries.services.listing import end_listing
from trials.inquiries.tokens import receipt_hash, receipt_token

logger = logging.getLogger(__name__)


class ErasingFailedError(Exception):
    """Some of what is to be erased could not be; the rest was."""


@transaction.atomic
def decide_to_erase(
    *, inquiry: Inquiry, actor: User, why: str, request: HttpRequest | None = None
) -> None:
    """Hide what was told with a locked inquiry and all that are one with it; end what is open.

    The worker erases it (``carry_out_erasures``). The caller checked that it may be erased.
    """
    for one in _family(inquiry.pk):
        one.erasure_decided_at = timezone.now()
        _end(one)
        cancel_for_subject("inquiry", one.pk)
        _requests_of(one).filter(settled_at=None, kind=RequestKind.ERASE).update(
            outcome=RequestOutcome.ERASING, noticed_at=timezone.now()
        )
        save(one)
        record("inquiry.erasure_decided", one, actor, request, why=why)


def carry_out_erasures() -> int:
    """Erase what people decided to erase; return how many persons' data.

    Raises ErasingFailedError, after the others are erased, when some could not be.
    """
    done = failed = 0
    waiting = Inquiry.objects.to_erase().filter(merged_into=None)
    for pk in waiting.values_list("pk", flat=True):
        try:
            done += erase(inquiry_id=pk, why="decided")
        except Exception as error:  # noqa: BLE001 - one broken inquiry must not hold up others
            logger.error("The inquiry %s could not be erased: %s", pk, type(error).__name__)
            failed += 1
    if failed:
        raise ErasingFailedError(f"{failed} inquiries could not be erased.")
    return done


@transaction.atomic
def erase(*, inquiry_id: uuid.UUID, why: str, **facts: str) -> bool:
    """Erase an inquiry but for its tombstone; return False when that was done before.

    It goes with all that are one with it by a merge: they hold the words of one person. An open
    inquiry ends as withdrawn by its sender. ``why`` is a word for the audit, such as ``sender`` or
    ``retention``; ``facts`` go there too. Raises Inquiry.DoesNotExist. For the worker.
    """
    family = _family(Inquiry.objects.going_on_for([inquiry_id]).get().pk)
    if family[-1].erased_at:
        return False
    for inquiry in family:
        _erase(inquiry, why, facts)
    return True


def _family(goes_on: uuid.UUID) -> list[Inquiry]:
    """Return, locked, all that are one; the one that goes on comes last.

    The private pages of all say how that one stands.
    """
    is_of_it = Q(pk=goes_on) | Q(merged_into=goes_on)
    family = list(Inquiry.objects.filter(is_of_it).order_by("pk").select_for_update())
    return sorted(family, key=lambda inquiry: inquiry.pk == goes_on)


def _erase(inquiry: Inquiry, why: str, facts: dict[str, str]) -> None:
    rows = sum(_delete_all(model, inquiry) for model in sealed_models())
    LookupToken.objects.filter(inquiry=inquiry).delete()
    OutboxMessage.objects.for_subject("inquiry", inquiry.pk).delete()
    _empty_requests(inquiry)
    _end(inquiry)
    inquiry.erased_at = timezone.now()
    save(inquiry)
    record("inquiry.erased", inquiry, None, None, why=why, rows=rows, **facts)


def _end(inquiry: Inquiry) -> None:
    if inquiry.is_open:
        inquiry.state, inquiry.closing = InquiryState.WITHDRAWN, Closing.BY_SENDER
        inquiry.closed_at = timezone.now()
    end_listing(inquiry, LaterEnd.ERASED)
    inquiry.urgent_at, inquiry.next_action_on = None, None
    inquiry.needs_interpreter = False
    inquiry.not_told_at = inquiry.email_failed_at = None


def _delete_all(model: type[Model], inquiry: Inquiry) -> int:
    return model._default_manager.filter(inquiry=inquiry).delete()[0]


def sealed_models() -> list[type[Model]]:
    """Return every kind of sealed row that points to an inquiry, also those made later."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, SealedRow)
        and any(field.name == "inquiry" for field in model._meta.fields)
    ]


def _requests_of(inquiry: Inquiry) -> SenderRequestQuerySet:
    """Return what the sender asked for; where two inquiries share a reference, by its own links."""
    of_reference: SenderRequestQuerySet = SenderRequest.objects.filter(
        receipt__reference=inquiry.reference
    )
    if Inquiry.objects.filter(reference=inquiry.reference).count() == 1:
        return of_reference
    links = (receipt_token(inquiry.pk, n) for n in range(inquiry.receipt_renewal + 1))
    return of_reference.filter(receipt__in=[receipt_hash(link) for link in links])


def _empty_requests(inquiry: Inquiry) -> None:
    """Keep that the sender asked for something, and when; nothing of what was written."""
    requests = _requests_of(inquiry)
    about = [str(pk) for pk in requests.values_list("pk", flat=True)]
    OutboxMessage.objects.filter(subject_type="sender_request", subject_id__in=about).delete()
    requests.update(blob=b"", key_id="")
    now = timezone.now()
    unsettled = requests.filter(settled_at=None)
    unsettled.filter(kind=RequestKind.ERASE).update(
        outcome=RequestOutcome.APPLIED, noticed_at=now, settled_at=now
    )
    unsettled.filter(settled_at=None).update(
        outcome=RequestOutcome.NOT_NEEDED, noticed_at=now, settled_at=now
    )
