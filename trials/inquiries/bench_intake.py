"""Measures the intake for ``make bench``: fifty people a second open the form and send it.

Each has an address and a form of their own, as the limits and the one-time token want it, and
takes longer than a machine would. People come at their times whatever the server does (an open
loop), and an answer is late from the moment at which it was due: a server that stumbles is not
spared those who come meanwhile.
"""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from time import perf_counter, sleep
from urllib.parse import urlencode

from django.core.management import CommandError

from clinic.bench.context import BenchContext
from clinic.bench.report import median, percentile
from clinic.bench.server import HOST, serving
from clinic.models import AuditEvent, OutboxMessage
from trials.inquiries.models import Inquiry, ReceiptStatus, Submission
from trials.inquiries.suspicion import MINIMUM_FILL_TIME
from trials.inquiries.tokens import receipt_hash

A_SECOND = 50
SECONDS = 30
WORKERS = 2
FORM = "/en/trials/help/"
_FILL_SECONDS = MINIMUM_FILL_TIME.total_seconds() + 1.5  # the token knows whole seconds
_LONGEST_SECONDS = 30
_HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|form_token)"[^>]*?value="([^"]+)"', re.DOTALL)
_RECEIPT = re.compile(r"/inquiry/([0-9a-f]{40})/")
_ANSWERS = {
    "for_whom": "me",
    "name": "Bench Person",
    "contact_by": "email",
    "preferred_language": "en",
    "message": "Which of your trials are open for somebody who had a checkpoint inhibitor? " * 4,
    "is_adult": "on",
    "consent": "on",
    "about": "",
    "website": "",
}
_number = count(1)


@dataclass(frozen=True)
class Sending:
    """One person's visit: status of page and form (0: no answer), milliseconds, private link."""

    page_status: int
    page_ms: float
    form_status: int = 0
    form_ms: float = 0.0
    receipt: str = ""


def bench(context: BenchContext) -> None:
    """Send the forms to a door of their own, behind a proxy as in production."""
    application = "clinic.wsgi:application"
    with serving(application=application, workers=WORKERS, TRUSTED_PROXIES="1") as server:
        before = _rows()
        started = perf_counter()
        sendings = send(server.port, a_second=A_SECOND, seconds=SECONDS)
        took = perf_counter() - started - _FILL_SECONDS
    context.report.section(f"Intake: {A_SECOND} inquiries a second for {SECONDS} s")
    rows: list[list[str | int | float]] = []
    for name, milliseconds in (
        ("form opened", [sending.page_ms for sending in sendings if sending.page_status == 200]),
        ("form sent", [sending.form_ms for sending in sendings if sending.receipt]),
    ):
        times = [percentile(milliseconds, share) for share in (0.95, 0.99, 1)]
        rows.append([name, len(milliseconds), median(milliseconds), *times])
    header = ["", "answered well", "median ms", "p95 ms", "p99 ms", "slowest ms"]
    context.report.table(header, rows)
    context.report.table(["of", "count"], list(tally(sendings, before).items()))
    refuse_losses(sendings, before)
    context.report.note(
        f"{WORKERS} workers of 4 threads; {len(sendings)} senders of as many addresses in "
        f"{took:.0f} s, from this machine too. Late counts from when a request was due."
    )


def send(port: int, *, a_second: int, seconds: int) -> list[Sending]:
    """Let that many people a second come and send the form; return what each of them saw."""
    people = a_second * seconds
    at_once = int(a_second * (_FILL_SECONDS + 4)) + 10
    begins = perf_counter() + 0.5
    with ThreadPoolExecutor(at_once) as pool:
        return list(
            pool.map(lambda number: _visit(port, begins + number / a_second), range(people))
        )


def tally(sendings: list[Sending], before: dict[str, int]) -> dict[str, int]:
    """Return what came of the visits, read from the database."""
    accepted = {sending.receipt for sending in sendings if sending.receipt}
    statuses = Counter(f"form answered {sending.form_status}" for sending in sendings)
    hashes = [receipt_hash(token) for token in accepted]
    return {
        "senders": len(sendings),
        **dict(sorted(statuses.items())),
        "accepted, each with its own link": len(accepted),
        "links in the database": ReceiptStatus.objects.filter(token_hash__in=hashes).count(),
        **{f"{name} in the database": now - before[name] for name, now in _rows().items()},
    }


def refuse_losses(sendings: list[Sending], before: dict[str, int]) -> None:
    """Raise CommandError unless every form was accepted and is in the database once."""
    found = tally(sendings, before)
    stored = found["inquiries in the database"]
    if not found["accepted, each with its own link"] == stored == len(sendings):
        raise CommandError(f"{len(sendings)} forms were sent, and {stored} inquiries are there.")


def _rows() -> dict[str, int]:
    return {
        "inquiries": Inquiry.objects.count(),
        "submissions": Submission.objects.count(),
        "in quarantine": Inquiry.objects.filter(is_quarantined=True).count(),
        "arrivals in the audit": AuditEvent.objects.filter(action="inquiry.received").count(),
        "confirmations": OutboxMessage.objects.filter(template="inquiry_received").count(),
    }


def _visit(port: int, due: float) -> Sending:
    number = next(_number)
    headers = {"Host": "localhost", "X-Forwarded-For": _address(number)}
    status, page, cookies, _location, late = _ask(port, "GET", headers, due)
    if status != 200:
        return Sending(status, late)
    answers = _ANSWERS | dict(_HIDDEN.findall(page)) | {"email": f"bench-{number}@example.org"}
    headers |= {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    form_status, _page, _cookies, location, form_late = _ask(
        # Nobody fills in a form before it is there.
        port,
        "POST",
        headers,
        perf_counter() + _FILL_SECONDS,
        urlencode(answers),
    )
    receipt = _RECEIPT.search(location) if form_status == 303 else None
    return Sending(status, late, form_status, form_late, receipt[1] if receipt else "")


def _address(number: int) -> str:
    return f"198.18.{number // 250 % 250}.{number % 250 + 1}"  # RFC 2544: for benchmarks


def _ask(
    port: int, method: str, headers: dict[str, str], due: float, body: str | None = None
) -> tuple[int, str, str, str, float]:
    """Return status, page, cookie, Location, and the milliseconds since the request was due."""
    sleep(max(0.0, due - perf_counter()))
    connection = HTTPConnection(HOST, port, timeout=_LONGEST_SECONDS)
    try:
        connection.request(method, FORM, body, headers)
        response = connection.getresponse()
        page = response.read().decode()
        cookie = (response.headers.get("Set-Cookie") or "").partition(";")[0]
        late = (perf_counter() - due) * 1000
        return response.status, page, cookie, response.headers.get("Location") or "", late
    except (OSError, HTTPException):
        return 0, "", "", "", (perf_counter() - due) * 1000
    finally:
        connection.close()
