"""The audit: events that can only be added, chained by hash once they are committed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from clinic.client_address import client_address, truncated
from clinic.models import AuditChain, AuditEvent

_LOCK = 0x61756469  # one process chains at a time
_BATCH = 1000
# An event's time is taken before its transaction commits; none stays open for this long.
_LATEST_COMMIT = timedelta(days=1)
_FIRST_LINK = bytes(32)
_RECORDED = "audited_actions"


def record_event(
    *,
    action: str,
    actor: AbstractBaseUser | AnonymousUser | None = None,
    object_type: str = "",
    object_id: object = "",
    data: dict[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> AuditEvent:
    """Add one event to the current transaction and return it.

    ``data`` holds no personal or health data. The row is inserted in bulk because that returns
    nothing, which is all that the public role may do.
    """
    event = AuditEvent(
        action=action,
        actor_id=actor.pk if actor is not None else None,
        process=settings.PROCESS,
        object_type=object_type,
        object_id=str(object_id),
        network=truncated(client_address(request)) if request is not None else "",
        request_id=getattr(request, "request_id", ""),
        data=data or {},
    )
    AuditEvent.objects.bulk_create([event])
    if request is not None:
        vars(request).setdefault(_RECORDED, []).append(action)
    return event


def was_recorded(request: HttpRequest, ending: str) -> bool:
    """Return whether this request has added an event whose action ends so."""
    return any(action.endswith(ending) for action in vars(request).get(_RECORDED, []))


def _canonical(event: AuditEvent) -> bytes:
    fields = {field.attname: getattr(event, field.attname) for field in AuditEvent._meta.fields}
    fields["id"] = str(event.pk)
    fields["at"] = event.at.isoformat()
    return json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()


def _link(previous: bytes, event: AuditEvent) -> bytes:
    return hashlib.sha256(previous + _canonical(event)).digest()


def chain_events() -> int:
    """Link every committed event that has no link yet; return how many."""
    linked = 0
    while batch := _chain_batch():
        linked += batch
    return linked


@transaction.atomic
def _chain_batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = AuditChain.objects.order_by("-position").first()
    position, digest = (last.position, bytes(last.digest)) if last else (0, _FIRST_LINK)
    links = []
    for event in _unchained(last)[:_BATCH]:
        position, digest = position + 1, _link(digest, event)
        links.append(AuditChain(position=position, event_id=event.pk, digest=digest))
    AuditChain.objects.bulk_create(links)
    return len(links)


def _unchained(last: AuditChain | None = None) -> Any:
    """Return the events without a link, those long before the last link left out."""
    events = AuditEvent.objects.filter(~Exists(AuditChain.objects.filter(event_id=OuterRef("pk"))))
    if last and (latest := AuditEvent.objects.filter(pk=last.event_id).first()):
        events = events.filter(at__gt=min(latest.at, timezone.now()) - _LATEST_COMMIT)
    return events.order_by("at", "pk")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about the audit that cannot be trusted."""

    position: int
    problem: str


def verify_chain(expected_head: str = "") -> Iterator[Finding]:
    """Yield what was edited, removed, or slipped in; nothing for a whole chain.

    ``expected_head`` is the ``position:digest`` that an earlier run printed: only somebody who
    kept it elsewhere can notice that the newest links were removed.
    """
    digest, expected_position = _FIRST_LINK, 1
    head_seen = not expected_head
    for links in _batches():
        events = AuditEvent.objects.in_bulk([link.event_id for link in links])
        for link in links:
            if link.position != expected_position:
                yield Finding(expected_position, f"links are missing up to {link.position}")
            event = events.get(link.event_id)
            if event is None:
                yield Finding(link.position, f"event {link.event_id} was removed")
            elif _link(digest, event) != bytes(link.digest):
                yield Finding(link.position, f"event {link.event_id} or its link was changed")
            digest, expected_position = bytes(link.digest), link.position + 1
            head_seen = head_seen or str(link) == expected_head
    if not head_seen:
        yield Finding(expected_position, f"the chain no longer contains {expected_head}")
    late = _unchained().filter(at__lt=timezone.now() - _LATEST_COMMIT).count()
    if late:
        yield Finding(expected_position, f"{late} old events were never linked")


def _batches() -> Iterator[list[AuditChain]]:
    after = 0
    while True:
        links = list(AuditChain.objects.filter(position__gt=after).order_by("position")[:_BATCH])
        if not links:
            return
        yield links
        after = links[-1].position


def chain_head() -> str:
    """Return the newest link as ``position:digest``, empty for an empty chain."""
    last = AuditChain.objects.order_by("-position").first()
    return str(last) if last else ""
