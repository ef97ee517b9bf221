"""One run: set up, send and kill, wait for calm, judge, print."""

import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import sleep

import django
import psutil

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import OperationalError, connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from clinic import embedded_postgres  # noqa: E402
from clinic.bench.report import Report  # noqa: E402
from clinic.models import ClinicSettings, OutboxMessage  # noqa: E402
from clinic.roles import LEADS  # noqa: E402
from tests.chaos.senders import PHONE, Senders  # noqa: E402
from tests.chaos.site import Site, kill, wait_until  # noqa: E402
from tests.chaos.verdict import Verdict, judge  # noqa: E402
from tests.clinic.smtp_server import mail_server  # noqa: E402
from tests.factories import make_home_page, make_user  # noqa: E402

# Of a hundred kills.
SHARES = {
    "web worker": 33,
    "web server": 3,
    "outbox worker": 24,
    "Postgres backend": 34,
    "all of Postgres": 6,
}
# How many at the same moment.
AT_ONCE = (1, 1, 2, 3)
TOLD_EVERY = 25
PATIENCE_SECONDS = 60.0
_LANDS_WITHIN_SECONDS = 0.05  # a form is accepted in about this time
_AFTER_CALM_SECONDS = 30.0
# The last line of a traceback: an error by its class and what it may say.
_ERROR = re.compile(r"^((?:[a-z_]\w*\.)+[A-Z]\w+(?::.*)?)$", re.MULTILINE)


def run(
    data_dir: Path,
    environment: dict[str, str],
    *,
    kills: int,
    seed: int,
    senders: int,
    say: Callable[[str], None],
) -> bool:
    """Return whether everything held."""
    embedded_postgres.ensure_running(data_dir)
    try:
        _fill()
        with mail_server(port=settings.EMAIL_PORT) as mails:
            site = Site(data_dir, settings.PORT, environment | {"PROCESS": "public"})
            crowd = Senders(settings.PORT, seed, senders)
            with site.running():
                crowd.start()
                killed, hits = _kill(site, crowd, kills, random.Random(seed), say)
                crowd.stop()
                _until_calm()
            # Postgres went with those who held it: it is started for the verdict.
            connection.close()
            embedded_postgres.ensure_running(data_dir)
            logs = site.logs()
            verdict = judge(crowd.visits, mails.accepted, logs)
            verdict.must_be_nothing("server processes left behind", len(site.left_behind()))
    finally:
        connection.close()
        embedded_postgres.release_all()
    report = Report(say)
    _tell(report, crowd, killed, hits, verdict)
    if not verdict.is_good:
        report.section("Errors in the logs")
        report.table(["error", "count"], Counter(_ERROR.findall(logs)).most_common(30))
    return verdict.is_good


def _fill() -> None:
    """Migrate, and make what the form and the mails need."""
    call_command("migrate", interactive=False, verbosity=0)
    home = make_home_page()
    clinic = ClinicSettings.for_site(home.get_site())
    clinic.phone = PHONE
    clinic.save()
    make_user(LEADS)
    connection.close()


def _kill(
    site: Site, crowd: Senders, kills: int, chance: random.Random, say: Callable[[str], None]
) -> tuple[Counter[str], int]:
    """Kill so many processes, each time on a site that has answered since; return kinds and hits.

    A hit is a kill while a form was on its way.
    """
    plan = [
        kind for kind, share in SHARES.items() for _ in range(max(1, round(kills * share / 100)))
    ]
    chance.shuffle(plan)
    targets = {
        "web worker": lambda: _one(chance, site.web_workers()),
        "web server": site.web_server,
        "outbox worker": lambda: _one(chance, site.mail_workers()),
        "Postgres backend": lambda: _one(chance, site.backends()),
        "all of Postgres": site.whole_postgres,
    }
    killed: Counter[str] = Counter()
    hits = 0
    wait_until(lambda: crowd.answered, PATIENCE_SECONDS)
    while (done := killed.total()) < kills:
        wait_until(lambda: crowd.in_flight, 5)
        sleep(chance.uniform(0, _LANDS_WITHIN_SECONDS))
        on_the_way, before = crowd.in_flight, crowd.answered
        for number in range(done, min(done + chance.choice(AT_ONCE), kills)):
            kind = plan[number % len(plan)]
            if not kill(targets[kind]()):
                break  # it is down still: the plan goes on from here
            killed[kind] += 1
            hits += bool(on_the_way)
        if killed.total() // TOLD_EVERY > done // TOLD_EVERY:
            say(f"{killed.total()} kills, {crowd.answered} forms answered")
        wait_until(lambda before=before: crowd.answered > before, PATIENCE_SECONDS)
    return killed, hits


def _one(chance: random.Random, processes: list[psutil.Process]) -> list[psutil.Process]:
    return [chance.choice(processes)] if processes else []


def _until_calm() -> None:
    """Let the workers send what is due now."""

    def is_calm() -> bool:
        try:
            return not OutboxMessage.objects.due(timezone.now()).exists()
        except OperationalError:
            connection.close()
            return False

    wait_until(is_calm, _AFTER_CALM_SECONDS)


def _tell(
    report: Report, crowd: Senders, killed: Counter[str], hits: int, verdict: Verdict
) -> None:
    visits = crowd.visits
    statuses = sum((visit.statuses for visit in visits), Counter())
    apologies = sum(visit.apologies for visit in visits)
    report.section("Kills (SIGKILL)")
    report.table(["what", "kills"], [*killed.items(), ("in all", killed.total())])
    report.note(f"{hits} of them while a form was on its way.")
    report.section("Forms")
    rows = [
        ("senders who pressed the button", sum(bool(visit.tries) for visit in visits)),
        ("posts, tries after a failure included", sum(visit.tries for visit in visits)),
        *((f"posts answered {status}", count) for status, count in sorted(statuses.items())),
        ("senders with a reference", sum(bool(visit.receipts) for visit in visits)),
        ("pages 503", apologies),
        *verdict.figures.items(),
    ]
    report.table(["what", "count"], rows)
    verdict.must_be_nothing(
        "pages 503 without phone or typed data",
        apologies - sum(visit.good_apologies for visit in visits),
    )
    strange = {status for status in statuses if status not in {"303", "503", "no answer"}}
    verdict.must_be_nothing(
        "answers that nobody should see", sum(statuses[status] for status in strange)
    )
    report.section("Must be nothing")
    report.table(["what", "count"], list(verdict.wrong.items()))
