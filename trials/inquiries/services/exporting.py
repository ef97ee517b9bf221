"""Taking inquiries out of the site: the audit is committed before anything leaves.

Without contact data the file is what the reports are made of: no names, no contact data, no text
that anybody wrote, no reference; a running number, the month of receipt and working hours or days
since then (HIPAA Safe Harbor in its spirit, 45 CFR 164.514(b)(2); it would allow years alone).
With contact data each inquiry is opened and has its own event of the audit.
"""

import io
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.db import connection, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from clinic.audit import record_event
from clinic.models import User
from clinic.spreadsheets import WRITERS, Value
from trials.inquiries.enums import SILENCING, ExportReason
from trials.inquiries.models import Inquiry, Submission
from trials.inquiries.permissions import user_may_export, user_may_export_contacts
from trials.inquiries.presentation import contact_warnings
from trials.inquiries.querysets import InquiryQuerySet
from trials.inquiries.reports.facts import Facts, counted
from trials.inquiries.reports.period import Scope
from trials.inquiries.services.changing import RefusedError

# Contact data of more people in one file would be a copy of the inbox.
MOST_CONTACTS = 2000
_CHUNK = 200
_AT_ONCE = 2000


@dataclass(frozen=True)
class Exported:
    """A finished file, at its beginning, and how many inquiries are in it."""

    file: IO[bytes]
    number: int


def export_inquiries(
    *,
    scope: Scope,
    kind: str,
    actor: User,
    request: HttpRequest | None = None,
) -> Exported:
    """Return the inquiries of a scope as a file without who the senders are.

    The file is whole and recorded before this returns. Raises RefusedError for who may not.
    """
    if not user_may_export(actor):
        raise RefusedError(_("You may not export inquiries."))
    # Without a name in any folder, and gone when it is closed.
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    number = WRITERS[kind](file, _rows(scope.facts(actor))) - 1
    with transaction.atomic(durable=True):
        _record(actor, request, "plain", kind, scope, number)
    file.seek(0)
    return Exported(file, number)


COLUMNS = {
    "no": "row_number() OVER (ORDER BY month, id)",
    "month": "to_char(month, 'YYYY-MM')",
    "language": "language",
    "interpreter": "interpreter",
    "source": "source",
    "written_from": "origin",
    "trials": (
        "(SELECT string_agg(trial.nct_id, ' ' ORDER BY trial.nct_id)"
        " FROM inquiries_inquirytrial AS link JOIN trials_trial AS trial"
        " ON trial.id = link.trial_id WHERE link.inquiry_id = facts.id)"
    ),
    "state": "state",
    "end_reason": "end_reason",
    "closing": "closing",
    "erased": "CASE WHEN erased_at IS NULL THEN 'no' ELSE 'yes' END",
    "attempts": (
        "(SELECT count(*) FROM inquiries_attempt AS attempt WHERE attempt.inquiry_id = facts.id)"
    ),
    "answer_was_due": "CASE WHEN is_due THEN 'yes' ELSE 'no' END",
    "answered_in_time": "CASE WHEN is_due THEN CASE WHEN is_kept THEN 'yes' ELSE 'no' END END",
    "working_hours_to_first_attempt": "round((tried_seconds / 3600)::numeric, 1)::float8",
    **{
        f"days_to_{name}": f"floor(EXTRACT(EPOCH FROM {column} - received_at) / 86400)::int"
        for name, column in {
            "reading": "first_opened_at",
            "first_attempt": "first_attempt_at",
            "reached": "reached_at",
            "pre_screen": "pre_screened_at",
            "visit": "visit_booked_at",
            "enrollment": "enrolled_at",
            "end": "closed_at",
        }.items()
    },
}


def _rows(facts: Facts) -> Iterator[Sequence[Value]]:
    """Yield the heads and each inquiry, read in pieces."""
    yield list(COLUMNS)
    columns = ", ".join(COLUMNS.values())
    sql = f"{facts.sql} SELECT {columns} FROM facts ORDER BY month, id"  # noqa: S608 - ours
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(sql, facts.parameters)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from rows


def contacts_of(inquiries: InquiryQuerySet) -> InquiryQuerySet:
    """Return whose contact data may leave: nobody who asked for silence, died or was erased."""
    return (
        counted(inquiries)
        .exclude(state__in=SILENCING)
        .exclude(pk__in=Inquiry.objects.asked_to_stop().values("pk"))
        .filter(erased_at__isnull=True)
    )


CONTACT_COLUMNS = (
    "reference", "received", "state", "trials", "language", "name", "email", "phone", "mind",
)  # fmt: skip


def export_contacts(
    *,
    scope: Scope,
    kind: str,
    reason: ExportReason,
    case_number: str,
    actor: User,
    request: HttpRequest | None = None,
) -> Exported:
    """Return the contact data of inquiries as a file; each inquiry has its event before.

    Raises RefusedError for who may not, for none and for too many. What cannot be opened stands
    in the file as such. The file is never on a disk.
    """
    if not user_may_export_contacts(actor):
        raise RefusedError(_("You may not export contact data."))
    with transaction.atomic(durable=True):
        chosen = contacts_of(scope.inquiries(actor)).order_by("received_at")
        keys = list(chosen.values_list("pk", flat=True)[: MOST_CONTACTS + 1])
        if not keys:
            raise RefusedError(_("There is nobody whose contact data could be exported."))
        if len(keys) > MOST_CONTACTS:
            raise RefusedError(_("These are too many. Choose a shorter period or a trial."))
        why = {"reason": reason, "case_number": case_number}
        export = _record(actor, request, "contacts", kind, scope, len(keys), **why)
        for pk in keys:
            record_event(
                action="inquiry.exported",
                actor=actor,
                object_type="inquiry",
                object_id=pk,
                data={"export": export, **why},
                request=request,
            )
    file = io.BytesIO()
    number = WRITERS[kind](file, _contact_rows(keys)) - 1
    file.seek(0)
    return Exported(file, number)


def _contact_rows(keys: list[uuid.UUID]) -> Iterator[Sequence[Value]]:
    yield list(CONTACT_COLUMNS)
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        answers = _newest_answers(chunk)
        found = Inquiry.objects.prefetch_related("trials").in_bulk(chunk)
        for inquiry in (found[pk] for pk in chunk if pk in found):
            yield _contact_row(inquiry, answers.get(inquiry.pk))


def _newest_answers(keys: list[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any] | None]:
    """Return what senders wrote last, also through an inquiry that was merged into theirs."""
    newest: dict[uuid.UUID, Submission] = {}
    family = Q(inquiry__in=keys) | Q(inquiry__merged_into__in=keys)
    for sent in Submission.objects.filter(family).select_related("inquiry").order_by("received_at"):
        newest[sent.inquiry.merged_into_id or sent.inquiry_id] = sent
    return {pk: sent.unsealed_or_none() for pk, sent in newest.items()}


def _contact_row(inquiry: Inquiry, answers: dict[str, Any] | None) -> Sequence[Value]:
    trials = " ".join(sorted(trial.nct_id for trial in inquiry.trials.all()))
    head = (
        inquiry.reference,
        inquiry.received_at.date().isoformat(),
        inquiry.state,
        trials,
        inquiry.language,
    )
    if answers is None:
        return (*head, "", "", "", _("Cannot be read."))
    contact = (answers["name"], answers["email"], answers["phone"])
    return (*head, *contact, " ".join(contact_warnings(answers)))


def _record(
    actor: User,
    request: HttpRequest | None,
    what: str,
    kind: str,
    scope: Scope,
    number: int,
    **more: str,
) -> str:
    """Write into the audit what leaves, and return the id of the event."""
    event = record_event(
        action="inquiry.export_made",
        actor=actor,
        object_type="export",
        data={"what": what, "format": kind, "filters": scope.as_data(), "number": number, **more},
        request=request,
    )
    return str(event.pk)
