"""Measures the inbox for ``make bench``: the first page and later ones over very many inquiries."""

import logging
import re
from datetime import datetime, timedelta
from html import unescape
from time import perf_counter, process_time
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.bench.context import BenchContext
from clinic.bench.report import median, percentile
from clinic.models import User
from trials.inquiries import bench_intake
from trials.inquiries.demo import COORDINATOR, LEAD
from trials.inquiries.enums import Closing, InquiryState, Origin, Source
from trials.inquiries.models import Inquiry, InquiryTrial, Submission
from trials.models import Trial

SECTIONS = ("inbox", "inquiries")
SIZES = (100_000, 1_000_000)
PATTERNS = 1000
ROUNDS = 40
REPORT_ROUNDS = 3
NO_KEY = "bench"
LATER_PAGES = 5
# Of a thousand: so many wait for a first attempt, have a next action, are open; the rest is closed.
WAITING, DATED, UNDATED = 30, 70, 100
CASES = (
    (LEAD, "show=open"),
    (LEAD, "show=overdue"),
    (LEAD, "show=all"),
    (LEAD, "show=closed"),
    (LEAD, "show=all&language=es&filters=on"),
    (COORDINATOR, "show=queue"),
    (COORDINATOR, "show=open"),
    (COORDINATOR, "show=all"),
)

_ANSWERS = {"name": "Bench Person", "email": "", "phone": "415 555 0100"}
_FRAME = re.compile(r"^(BEGIN|COMMIT|SAVEPOINT|RELEASE)")
_ROW = re.compile(r'name="chosen"\s+value="([0-9a-f-]{36})\.')
_NEXT = re.compile(r'rel="next" href="([^"]+)"')


def pages() -> dict[str, str]:
    """Return the interest form of a trial that is open."""
    trial = Trial.objects.open_at_our_site().order_by("nct_id").first()
    return {"interest form": reverse("inquiries:interest", args=[trial.nct_id])} if trial else {}


def bench(context: BenchContext) -> None:
    """Send forms, then fill the inbox and show it, to a lead and to a coordinator."""
    if context.wants("inquiries"):
        bench_intake.bench(context)
    if context.wants("inbox"):
        _bench_inbox(context)


def _bench_inbox(context: BenchContext) -> None:
    make_patterns()
    for size in SIZES:
        fill(size)
        context.report.section(f"Inbox ({Inquiry.objects.count():,} inquiries)")
        rows: list[list[Any]] = []
        for email, query in CASES:
            rows += measure(User.objects.get(email=email), query)
        rows.append(measure_reports(User.objects.get(email=LEAD)))
        context.report.table(
            ["who", "list", "page", "rows", "queries", "ms", "p95 ms", "Python ms"], rows
        )
    context.report.note("In this process, through all middleware; queries include the session's.")


def make_patterns() -> None:
    """Write the inquiries of which the others are copies."""
    now, lead = timezone.now(), User.objects.get(email=LEAD)
    trials = list(Trial.objects.order_by("nct_id"))
    inquiries = [_pattern(number, now, lead) for number in range(PATTERNS)]
    Inquiry.objects.bulk_create(inquiries)
    InquiryTrial.objects.bulk_create(
        InquiryTrial(inquiry=inquiry, trial=trials[number % len(trials)])
        for number, inquiry in enumerate(inquiries)
    )
    Submission.objects.bulk_create(_submission(inquiry, now) for inquiry in inquiries)


def _pattern(number: int, now: datetime, lead: User) -> Inquiry:
    received = now - timedelta(days=1, minutes=number)
    inquiry = Inquiry(
        reference="BENCH",
        language="es" if number % 10 == 0 else "en",
        source=Source.WEB,
        origin=Origin.TRIAL,
        received_at=received,
        reply_due_at=received + timedelta(hours=12),
        consent_version="bench",
    )
    if number < WAITING:
        return inquiry
    inquiry.first_attempt_at, inquiry.assignee = received + timedelta(hours=1), lead
    inquiry.state = InquiryState.ATTEMPTING
    if number < WAITING + DATED:
        inquiry.next_action_on = timezone.localdate(now) + timedelta(days=number % 20 - 10)
    elif number >= WAITING + DATED + UNDATED:
        inquiry.state, inquiry.closing = InquiryState.WITHDRAWN, Closing.TOLD
        inquiry.closed_at = received + timedelta(days=3)
    return inquiry


def _submission(inquiry: Inquiry, now: datetime) -> Submission:
    submission = Submission(inquiry=inquiry, received_at=inquiry.received_at, is_first=True)
    submission.indexed_at = now
    submission.seal_in(_ANSWERS)
    return submission


def fill(size: int) -> None:
    """Copy the patterns, each copy some minutes older, until there are about ``size`` inquiries."""
    copies = size // PATTERNS - Inquiry.objects.filter(reference="BENCH").count() // PATTERNS
    fields = [field.column for field in Inquiry._meta.concrete_fields]
    older = {"received_at", "reply_due_at", "first_attempt_at", "closed_at"}
    columns = ", ".join(f'"{name}"' for name in fields)
    values = ", ".join(
        "gen_random_uuid()"
        if name == "id"
        else f"\"{name}\" - n * interval '7 minutes'"
        if name in older
        else f'"{name}"'
        for name in fields
    )
    with connection.cursor() as cursor:
        cursor.execute(
            # Only names of columns are written into it.
            f"""
            WITH pattern AS (
                SELECT * FROM inquiries_inquiry WHERE reference = 'BENCH'
                ORDER BY received_at DESC LIMIT {PATTERNS}
            ), copied AS (
                INSERT INTO inquiries_inquiry ({columns})
                SELECT {values} FROM pattern, generate_series(1, %s) AS n
                RETURNING id, received_at
            ), linked AS (
                INSERT INTO inquiries_inquirytrial (id, inquiry_id, trial_id)
                SELECT gen_random_uuid(), id, trials.ids[
                    1 + (('x' || left(id::text, 6))::bit(24)::int %% cardinality(trials.ids))]
                FROM copied, (SELECT array_agg(id) AS ids FROM trials_trial) AS trials
            )
            INSERT INTO inquiries_submission
                (id, key_id, blob, inquiry_id, received_at, is_first, is_urgent, indexed_at)
            SELECT gen_random_uuid(), '{NO_KEY}', '\\x00', id, received_at, true, false, received_at
            FROM copied
            """,  # noqa: S608
            [copies],
        )
        cursor.execute("VACUUM ANALYZE")


def measure(user: User, query: str) -> list[list[Any]]:
    """Return how the first page and a later one of a list perform for a person."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    address = f"{reverse('inbox:index')}?{query}"
    found = []
    for page in (1, LATER_PAGES):
        found.append([user.email.partition("@")[0], query, page, *_timed(client, address)])
        for _page in range(page, LATER_PAGES):
            following = _NEXT.search(_look(client, address))
            if following is None:
                return found
            address = unescape(following[1])
    return found


def measure_reports(lead: User) -> list[Any]:
    """Return how the reports over all inquiries perform."""
    client = Client(headers={"host": "localhost"})
    client.force_login(lead)
    first = timezone.localdate() - timedelta(days=3650)
    address = f"{reverse('inquiry_reports:index')}?from={first}"
    return ["lead", "reports of ten years", 1, *_timed(client, address, REPORT_ROUNDS)]


def _timed(client: Client, address: str, rounds: int = ROUNDS) -> list[Any]:
    """Return rows, queries, and milliseconds: median, 95th percentile, and the CPU of Python."""
    _seal(client, address)
    with CaptureQueriesContext(connection) as captured:
        rows = len(_ROW.findall(client.get(address).content.decode()))
    sent = [one for one in captured.captured_queries if not _FRAME.search(one["sql"])]
    seconds, cpu = [], process_time()
    for _round in range(rounds):
        started = perf_counter()
        client.get(address)
        seconds.append(perf_counter() - started)
    times = (median(seconds), percentile(seconds, 0.95), (process_time() - cpu) / rounds)
    return [rows, len(sent), *(1000 * time for time in times)]


def _seal(client: Client, address: str) -> None:
    """Let what is shown be opened as in real life: copies hold nothing that opens."""
    shown = _ROW.findall(_look(client, address))
    for submission in Submission.objects.filter(inquiry__in=shown, key_id=NO_KEY):
        submission.seal_in(_ANSWERS)
        submission.save()


def _look(client: Client, address: str) -> str:
    """Return a page without the alarms about what is not sealed yet."""
    logging.disable(logging.CRITICAL)
    try:
        return client.get(address).content.decode()
    finally:
        logging.disable(logging.NOTSET)
