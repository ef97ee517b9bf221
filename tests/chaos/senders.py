"""Visitors who fill in the help form in a browser's way, many at once, from many addresses."""

import random
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from time import sleep
from typing import Any

from tests.inquiries.factories import encoded, form_data

FORM = "/en/trials/help/"
# Below it a form counts as filled in by a machine, and is confirmed to nobody.
FILL_SECONDS = 3.2
MOST_TRIES = 60
IMPATIENT = 0.1
DOUBLE_CLICKS = 0.1
PHONE = "(415) 555-0123"
_ANSWER_SECONDS = 15
_RECEIPT = re.compile(r"/en/inquiry/([0-9a-f]{40})/")
_HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|form_token)"[^>]*?value="([^"]+)"', re.DOTALL)


@dataclass
class Visit:
    """One person's wish to write to the clinic, and what came of it."""

    email: str
    tries: int = 0
    receipts: set[str] = field(default_factory=set)
    statuses: Counter[str] = field(default_factory=Counter)
    # Pages that said that nothing was saved, and how many of them did it as they should.
    apologies: int = 0
    good_apologies: int = 0


class Senders:
    """Threads that send forms until they are told to stop."""

    def __init__(self, port: int, seed: int, count: int) -> None:
        self.port, self.seed = port, seed
        self.visits: list[Visit] = []
        self.in_flight = 0
        self.answered = 0
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._send_on, args=(number,)) for number in range(count)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let everybody who is at it end, however often that must be tried."""
        self.stopping.set()
        for thread in self._threads:
            thread.join()

    def _send_on(self, number: int) -> None:
        chance = random.Random(f"{self.seed}/{number}")
        sleep(chance.uniform(0, FILL_SECONDS))
        visit_number = 0
        while not self.stopping.is_set():
            visit_number += 1
            visit = Visit(email=f"sender-{number}-{visit_number}@chaos.example")
            self._visit(visit, chance)
            with self._lock:
                self.visits.append(visit)

    def _visit(self, visit: Visit, chance: random.Random) -> None:
        address = ".".join(str(chance.randint(1, 254)) for _part in range(4))
        headers = {"X-Forwarded-For": address, "Accept-Language": "en"}
        page = None
        while page is None:
            if self.stopping.is_set():
                return
            status, page, received, _location = self._ask("GET", headers)
            if status != 200:
                page = None
                sleep(0.3)
        fields = dict(_HIDDEN.findall(page))
        cookies = re.findall(r"(csrftoken=[^;]+)", received)
        data = form_data(**fields, email=visit.email, name=f"Chaos {visit.email}", phone="")
        sleep(FILL_SECONDS)
        post = headers | {
            "Cookie": "; ".join(cookies),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._post_until_answered(visit, chance, post, encoded(data))
        if visit.receipts and chance.random() < DOUBLE_CLICKS:
            self._post(visit, post, encoded(data))

    def _post_until_answered(
        self, visit: Visit, chance: random.Random, headers: dict[str, str], body: str
    ) -> None:
        most = 1 if chance.random() < IMPATIENT else MOST_TRIES
        while visit.tries < most and not visit.receipts:
            self._post(visit, headers, body)
            if not visit.receipts:
                sleep(chance.uniform(0.2, 0.8))

    def _post(self, visit: Visit, headers: dict[str, str], body: str) -> None:
        visit.tries += 1
        with self._lock:
            self.in_flight += 1
        try:
            status, page, _received, location = self._ask("POST", headers, body)
        finally:
            with self._lock:
                self.in_flight -= 1
        visit.statuses[str(status or "no answer")] += 1
        if status == 303 and (match := _RECEIPT.search(location)):
            visit.receipts.add(match[1])
            with self._lock:
                self.answered += 1
        elif status == 503:
            visit.apologies += 1
            visit.good_apologies += PHONE in page and visit.email in page

    def _ask(
        self, method: str, headers: dict[str, str], body: str | None = None
    ) -> tuple[int, str, str, str]:
        """Return status, page, cookies and Location; status 0 when the connection was cut."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_ANSWER_SECONDS)
        try:
            connection.request(method, FORM, body, headers | {"Host": "localhost"})
            response: Any = connection.getresponse()
            page = response.read().decode(errors="replace")
            cookies = ", ".join(response.headers.get_all("Set-Cookie") or [])
            return response.status, page, cookies, response.headers.get("Location", "")
        except (OSError, HTTPException):
            return 0, "", "", ""
        finally:
            connection.close()
