"""What must hold after the kills, read from the database and the mail server."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.management import CommandError, call_command
from django.db.models import Count, F
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage
from clinic.outbox import GIVE_UP_AFTER, LEASE, LONGEST_DELAY, send_next
from tests.chaos.senders import Visit
from trials.inquiries.models import Inquiry, ReceiptStatus, Submission, SyntheticRun
from trials.inquiries.services.synthetic import LONGEST_WAY, follow_all
from trials.inquiries.services.verifying import verify
from trials.inquiries.synthetic import TEMPLATE as SYNTHETIC
from trials.inquiries.tokens import receipt_hash, receipt_token

_OF_SYNTHETIC = re.compile(r"^Subject: Synthetic inquiry", re.MULTILINE)
_MESSAGE_ID = re.compile(r"^Message-ID: <([0-9a-f-]{36})@", re.MULTILINE)


@dataclass
class Verdict:
    """Figures to print, and what is wrong: nothing must be."""

    figures: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)

    def must_be_nothing(self, name: str, count: int) -> None:
        """Note a figure that has to be zero."""
        self.wrong[name] = count

    @property
    def is_good(self) -> bool:
        return not any(self.wrong.values())


def drain() -> tuple[int, int]:
    """Send what waits for a lease of a killed worker or a later try; return both numbers.

    The clock is moved instead of waiting: past the lease first, then past every delay.
    """
    claimed = OutboxMessage.objects.filter(claimed_until__isnull=False).count()
    sent = 0
    for later in (LEASE, LONGEST_DELAY * 2):
        while send_next(timezone.now() + later + timedelta(seconds=1)):
            sent += 1
    return claimed, sent


def judge(visits: list[Visit], mails: list[str], logs: str) -> Verdict:
    """Return what came of the visits."""
    verdict = Verdict()
    claimed, sent_late = drain()
    verdict.figures["claims of killed workers, sent after their lease"] = claimed
    verdict.figures["mails sent after the clock was moved"] = sent_late
    _judge_inquiries(verdict, visits)
    _judge_mails(verdict, [mail for mail in mails if not _OF_SYNTHETIC.search(mail)])
    _judge_synthetic(verdict)
    verdict.must_be_nothing("personal data in a log", logs.count("@chaos.example"))
    try:
        call_command("verify_audit", verbosity=0)
        verdict.must_be_nothing("faults in the audit chain", 0)
    except CommandError:
        verdict.must_be_nothing("faults in the audit chain", 1)
    return verdict


def _judge_inquiries(verdict: Verdict, visits: list[Visit]) -> None:
    answered = [visit for visit in visits if visit.receipts]
    by_email: dict[str, list[Submission]] = {}
    from_people = Submission.objects.filter(inquiry__is_synthetic=False)
    for submission in from_people.select_related("inquiry"):
        by_email.setdefault(submission.unsealed()["email"], []).append(submission)
    tokens = {receipt_token(pk, 0) for pk in Inquiry.objects.values_list("pk", flat=True)}
    verdict.figures["inquiries"] = Inquiry.objects.count()
    verdict.must_be_nothing(
        "answered and lost",
        sum(visit.email not in by_email or not visit.receipts <= tokens for visit in answered),
    )
    verdict.must_be_nothing(
        "private pages lost",
        len({receipt_hash(token) for visit in answered for token in visit.receipts})
        - ReceiptStatus.objects.filter(
            token_hash__in=[receipt_hash(token) for visit in answered for token in visit.receipts]
        ).count(),
    )
    verdict.must_be_nothing("doubled", sum(len(sent) > 1 for sent in by_email.values()))
    verdict.must_be_nothing(
        "answered with two references", sum(len(visit.receipts) > 1 for visit in visits)
    )
    verdict.must_be_nothing("from nobody", len(set(by_email) - {visit.email for visit in visits}))
    verdict.must_be_nothing("half saved", _half_saved())
    verdict.must_be_nothing("cannot be opened", sum(verify(say=lambda _: None).problems.values()))
    verdict.must_be_nothing("in quarantine", Inquiry.objects.filter(is_quarantined=True).count())


def _half_saved() -> int:
    inquiries = Inquiry.objects.annotate(sent=Count("submissions"))
    received = AuditEvent.objects.filter(action="inquiry.received").values_list("object_id")
    queued = Counter(
        OutboxMessage.objects.filter(template="inquiry_received").values_list(
            "subject_id", flat=True
        )
    )
    events = Counter(object_id for (object_id,) in received)
    ids = {str(pk) for pk in inquiries.filter(sent=1).values_list("pk", flat=True)}
    everybody = {str(pk) for pk in Inquiry.objects.values_list("pk", flat=True)}
    whole = {pk for pk in ids if events[pk] == 1 and queued[pk] == 1}
    return len(everybody - whole) + len(set(events) - everybody) + len(set(queued) - everybody)


def _judge_mails(verdict: Verdict, mails: list[str]) -> None:
    sent = Counter(found[1] for mail in mails if (found := _MESSAGE_ID.search(mail)))
    messages = OutboxMessage.objects.exclude(template=SYNTHETIC)
    ids = {str(pk) for pk in messages.values_list("pk", flat=True)}
    wanted = messages.filter(cancelled_at=None).values_list("pk", flat=True)
    due = {str(pk) for pk in wanted}
    verdict.figures["mails due"] = len(due)
    verdict.figures["mails accepted by the mail server"] = len(mails)
    verdict.figures["mails sent more than once, same Message-ID"] = sum(
        count > 1 for count in sent.values()
    )
    verdict.must_be_nothing("mails never sent", len(due - set(sent)))
    verdict.must_be_nothing("mails of another Message-ID", len(set(sent) - ids))
    verdict.must_be_nothing("mails without a Message-ID", len(mails) - sent.total())
    pending = OutboxMessage.objects.filter(sent_at=None, cancelled_at=None)
    verdict.must_be_nothing("mails still waiting or given up", pending.count())
    verdict.must_be_nothing(
        "claims that stick", OutboxMessage.objects.filter(claimed_until__isnull=False).count()
    )
    verdict.must_be_nothing(
        "mails given up before their time",
        OutboxMessage.objects.filter(dead_at__lt=F("first_attempted_at") + GIVE_UP_AFTER).count(),
    )


def _judge_synthetic(verdict: Verdict) -> None:
    """Judge what the worker sent itself: when its time is over nothing but times is left of it."""
    verdict.figures["synthetic inquiries begun"] = SyntheticRun.objects.count()
    follow_all(timezone.now() + LONGEST_WAY + timedelta(seconds=1))
    stay = Inquiry.with_synthetic.filter(is_synthetic=True).count()
    unfinished = SyntheticRun.objects.filter(finished_at=None).count()
    verdict.must_be_nothing("synthetic inquiries that stay", stay + unfinished)
