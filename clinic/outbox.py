"""Messages to people: written in the transaction they announce, sent by the worker.

A row names a template and an object. Who receives it and what it says is built when it is sent,
by the app that owns the template, so that the table holds neither an address nor a text.
"""

import logging
import random
import re
import smtplib
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise

from clinic.audit import record_event
from clinic.models import OutboxMessage
from clinic.models.outbox import LEASE, DeliveryFailure, OutboxQuerySet

logger = logging.getLogger(__name__)

Build = Callable[[OutboxMessage], EmailMessage | None]
Link = Callable[[str, AbstractBaseUser | AnonymousUser], str]

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(hours=72)
# About half of those that fit into that time: a clock that jumps by days ends no message.
LEAST_ATTEMPTS = 10

_PERMANENT = 5
_STATUS = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
_ABOUT_ADDRESSES = ("5.1.", "5.2.", "5.4.")

_builders: dict[str, Build] = {}
_labels: dict[str, str | Promise] = {}
_links: dict[str, Link] = {}
_jitter = random.SystemRandom()


def register_template(name: str, build: Build, label: str | Promise = "") -> None:
    """Let ``build`` write the messages of a template, which staff know by ``label``.

    It returns None when there is nobody to write to any more; the message is then cancelled.
    """
    _builders[name], _labels[name] = build, label or name


def register_subject(subject_type: str, link: Link) -> None:
    """Let ``link`` say where staff find what a message is about; "" for those who may not."""
    _links[subject_type] = link


def template_label(name: str) -> str:
    """Return the words by which staff know a template."""
    return str(_labels.get(name, name))


def subject_link(message: OutboxMessage, user: AbstractBaseUser | AnonymousUser) -> str:
    """Return where a user finds what a message is about, "" for nowhere."""
    link = _links.get(message.subject_type)
    return link(message.subject_id, user) if link else ""


def enqueue(
    *,
    template: str,
    subject_type: str,
    subject_id: object,
    audience: str,
    language: str,
    send_after: datetime | None = None,
    once: str = "",
) -> OutboxMessage:
    """Add a message to the current transaction and return it.

    Messages with the same ``once`` are one message, however often they are enqueued.
    """
    message = OutboxMessage(
        template=template,
        subject_type=subject_type,
        subject_id=str(subject_id),
        audience=audience,
        language=language,
    )
    if send_after:
        message.next_attempt_at = send_after
    if once:
        message.pk = uuid.uuid5(uuid.NAMESPACE_URL, f"outbox:{template}:{once}")
    OutboxMessage.objects.bulk_create([message], ignore_conflicts=bool(once))
    return message


def cancel_for_subject(subject_type: str, subject_id: object) -> int:
    """Cancel what is not sent about an object, given up or not; return how many messages."""
    unsent = OutboxMessage.objects.for_subject(subject_type, subject_id).unsent()
    return unsent.update(cancelled_at=timezone.now())


@transaction.atomic
def send_again(
    messages: OutboxQuerySet,
    *,
    actor: AbstractBaseUser | AnonymousUser,
    request: HttpRequest | None = None,
) -> int:
    """Queue messages that were given up, as if they were new; return how many."""
    given_up = list(messages.dead().select_for_update().values_list("pk", "template"))
    OutboxMessage.objects.filter(pk__in=[pk for pk, _template in given_up]).update(
        dead_at=None,
        first_attempted_at=None,
        attempts=0,
        next_attempt_at=timezone.now(),
        failure="",
        failure_code="",
        failed_at=None,
        noted_at=None,
    )
    for pk, template in given_up:
        record_event(
            action="outbox.sent_again",
            actor=actor,
            object_type="outbox",
            object_id=pk,
            data={"template": template},
            request=request,
        )
    return len(given_up)


def message_id(message: OutboxMessage) -> str:
    """Return the Message-ID that every attempt carries, so that mail systems drop repeats."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{message.pk}@{sender or urlsplit(settings.SITE_URL).hostname}>"


def delay_after(attempts: int) -> timedelta:
    """Return how long to wait after that many failed attempts: doubling, with a fifth of jitter."""
    doubled = FIRST_DELAY * 2 ** min(attempts - 1, 16)
    return min(doubled, LONGEST_DELAY) * _jitter.uniform(0.8, 1.2)


def envelope_sender(message: OutboxMessage) -> str:
    """Return the address to which mail servers report, "" for that of the From line.

    It holds the message's id, so that a report finds its message whatever else it says.
    """
    local, at, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{message.pk.hex}{at}{domain}" if local else ""


def refusal_code(error: BaseException) -> str:
    """Return the code with which a mail server says for good that an address gets no mail, or "".

    Refusals for who we are or what we send (5.7.x of RFC 3463) are ours to mend: those are tried
    again. Servers that know nobody may say so after the text only.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {_address_refusal(code, text, True) for code, text in error.recipients.values()}
        return "" if "" in codes else min(codes, default="")
    if isinstance(error, smtplib.SMTPDataError):
        return _address_refusal(error.smtp_code, error.smtp_error, False)
    return ""


def _address_refusal(code: int, text: bytes | str, is_about_address: bool) -> str:
    said = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    status = _STATUS.search(said)
    if code // 100 != _PERMANENT:
        return ""
    if status:
        return status[0] if status[0].startswith(_ABOUT_ADDRESSES) else ""
    return str(code) if is_about_address else ""


def describe_error(error: BaseException) -> str:
    """Return an error's class and SMTP code; its text may hold an address."""
    code = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((refusal[0] for refusal in error.recipients.values()), None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def claim(now: datetime | None = None) -> OutboxMessage | None:
    """Return the next due message under a lease of ours, or None; other workers pass it by.

    One at a time, so that the lease covers one conversation with a mail server and a killed
    worker holds up one message only.
    """
    now = now or timezone.now()
    with transaction.atomic():
        due = OutboxMessage.objects.due(now).select_for_update(skip_locked=True)
        message = due.order_by("next_attempt_at").first()
        if message:
            message.claimed_until = now + LEASE
            OutboxMessage.objects.filter(pk=message.pk).update(
                claimed_until=message.claimed_until,
                attempts=F("attempts") + 1,
                first_attempted_at=Coalesce(F("first_attempted_at"), now),
            )
            message.refresh_from_db()
    return message


def send_next(now: datetime | None = None) -> bool:
    """Send one due message; return whether there was one. A failure is recorded, never raised."""
    message = claim(now)
    if message is None:
        return False
    try:
        email = _builders[message.template](message)
        sent = email is not None and _still_wanted(message) and _send(message, email)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one message, others go out
        _record_failure(message, error, now or timezone.now())
        return True
    done = {"sent_at": timezone.now()} if sent else {"cancelled_at": timezone.now()}
    _release(message, **done)
    return True


def _still_wanted(message: OutboxMessage) -> bool:
    return OutboxMessage.objects.filter(pk=message.pk).pending().exists()


def _send(message: OutboxMessage, email: EmailMessage) -> bool:
    email.extra_headers["Message-ID"] = message_id(message)
    email.extra_headers.setdefault("Auto-Submitted", "auto-generated")  # RFC 3834
    if sender := envelope_sender(message):
        email.extra_headers.setdefault("From", email.from_email)
        email.from_email = sender
    email.send()
    return True


def _release(message: OutboxMessage, **changes: object) -> None:
    """End our lease with these changes, unless another worker has the message by now."""
    ours = OutboxMessage.objects.filter(pk=message.pk, claimed_until=message.claimed_until)
    ours.update(claimed_until=None, **changes)


def _record_failure(message: OutboxMessage, error: BaseException, now: datetime) -> None:
    reason = describe_error(error)
    first = message.first_attempted_at or now
    if code := refusal_code(error):
        refused = {"failure": DeliveryFailure.REFUSED, "failure_code": code, "failed_at": now}
        _release(message, last_error=reason, dead_at=now, **refused)
        logger.warning("Outbox message %s was refused: %s", message.pk, reason)
        return
    if now - first >= GIVE_UP_AFTER and message.attempts >= LEAST_ATTEMPTS:
        _release(message, last_error=reason, dead_at=now)
        logger.error("Outbox message %s was given up: %s", message.pk, reason)
        return
    retry_at = now + delay_after(message.attempts)
    _release(message, last_error=reason, next_attempt_at=retry_at)
    logger.warning("Outbox message %s was not sent: %s", message.pk, reason)
