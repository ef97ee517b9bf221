"""Measures trials for ``make bench``: the sync's rate and the search against its bare SQL."""

import json
import random
import resource
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from urllib.request import urlopen

import psutil
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from clinic.bench.context import BenchContext
from clinic.bench.report import median, percentile
from trials.models import Trial
from trials.registry.files import Received, read_files, record_files
from trials.registry.sync import Report, sync
from trials.search import TrialSearch
from trials.search_query import read_query
from trials.views import PAGE_SIZE
from trials.vocabulary import Vocabulary

OWN_RECORDS = Path(__file__).resolve().parent / "demo" / "records"
FIRST_NUMBER = 70_000_000
RECORDS_A_FILE = 100
CHANGED_EVERY = 10
LATER = "2099-01-01"
SECTIONS = ("sync", "search")
ROUNDS = 20
QUERIES = (
    "",
    "q=cancer",
    "q=lung+cancer",
    "q=NSCLC",
    "q=melanoma",
    "q=breast+cancer+stage+4",
    "q=keytruda",
    "q=CAR-T+lymphoma",
    "q=pembrolizumab+lung&status=recruiting&sort=title",
    "status=recruiting",
    "status=recruiting&phase=2&phase=3",
    "condition=lung-cancer&age=60&sex=female",
    "therapy=checkpoint-inhibitors&status=recruiting",
    "page=100",
    "q=nothing-is-called-this",
)


def pages() -> dict[str, str]:
    """Return the addresses that are weighed."""
    trial = Trial.objects.open_at_our_site().first()
    return {"trial search": "/en/trials/?q=lung+cancer"} | (
        {"trial": f"/en/trials/{trial.nct_id}/"} if trial else {}
    )


def bench(context: BenchContext) -> None:
    """Sync generated records from disk, then search in them."""
    if not (context.wants("sync") or context.wants("search")):
        return
    folder = context.directory / "generated-records"
    size = write_records(context.records or OWN_RECORDS, folder, context.rows)
    if context.wants("sync"):
        title = f"Registry sync from disk ({context.rows:,} records, {size >> 20} MB)"
        context.report.section(title)
        measure_sync(context, folder)
    else:
        sync(_read(folder), source="bench")
    if context.wants("search"):
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        connection.close()  # the next one plans as those of the server do, see trials.0004_planner
        context.report.section(f"Trial search ({Trial.objects.count():,} trials)")
        measure_search(context)


def write_records(source: Path, folder: Path, count: int) -> int:
    """Write that many varied copies of the records; return their size in bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    originals = [
        entry.study
        for entry in read_files(record_files(source))
        if isinstance(entry.study, dict) and "protocolSection" in entry.study
    ]
    size = 0
    for first in range(0, count, RECORDS_A_FILE):
        numbers = range(first, min(first + RECORDS_A_FILE, count))
        text = json.dumps([_varied(originals, number) for number in numbers])
        size += (folder / f"{first:07}.json").write_text(text)
    return size


def _varied(originals: list[dict[str, Any]], number: int) -> dict[str, Any]:
    chance = random.Random(number)  # noqa: S311 - the same records in every run
    original = originals[number % len(originals)]
    protocol = dict(original["protocolSection"])
    identification = dict(protocol["identificationModule"])
    identification["nctId"] = f"NCT{FIRST_NUMBER + number}"
    identification.pop("nctIdAliases", None)
    status = dict(protocol["statusModule"])
    day = f"20{chance.randint(18, 26)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    status["lastUpdatePostDateStruct"] = {"date": day, "type": "ACTUAL"}
    protocol |= {"identificationModule": identification, "statusModule": status}
    return {**original, "protocolSection": protocol}


def measure_sync(context: BenchContext, folder: Path) -> None:
    """Print the rate of a first run, of one in which some changed, and of an unchanged one."""
    rows: list[list[str | int | float]] = []
    runs = {
        "all new": _read(folder),
        f"one in {CHANGED_EVERY} changed": _some_changed(_read(folder)),
        "all unchanged": _some_changed(_read(folder)),
    }
    for name, received in runs.items():
        statements: Counter[str] = Counter()
        cpu, started = _cpu_seconds(), perf_counter()
        with connection.execute_wrapper(_count_into(statements)):
            report = sync(received, source="bench")[1]
        rate = report.total / (perf_counter() - started)
        of_cpu = report.total / (_cpu_seconds() - cpu)
        rows.append([name, rate, of_cpu, _outcome(report), statements.total()])
    context.report.table(
        ["run", "records a second", "a second of CPU", "outcome", "statements"], rows
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    context.report.note(
        f"CPU is that of the sync and of its Postgres backend. Peak memory of the sync: {peak} MB."
    )


def _cpu_seconds() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0]).cpu_times()
    return process_time() + backend.user + backend.system


def _some_changed(received: Iterator[Received]) -> Iterator[Received]:
    """Yield the records, each tenth with a later update and another status."""
    for number, entry in enumerate(received):
        if number % CHANGED_EVERY == 0:
            entry.study["protocolSection"]["statusModule"] |= {
                "overallStatus": "ACTIVE_NOT_RECRUITING",
                "lastUpdatePostDateStruct": {"date": LATER, "type": "ACTUAL"},
            }
        yield entry


def _count_into(statements: Counter[str]) -> Any:
    """Return a wrapper that counts statements by their verb and keeps no text."""

    def count(execute: Any, sql: str, *args: Any) -> Any:
        statements[sql.split(maxsplit=1)[0]] += 1
        return execute(sql, *args)

    return count


def _read(folder: Path) -> Iterator[Received]:
    return read_files(record_files(folder))


def _outcome(report: Report) -> str:
    return (
        f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged, "
        f"{len(report.refused)} refused"
    )


def measure_search(context: BenchContext) -> None:
    """Print each query end to end, beside the SQL that it needs, run bare."""
    rows: list[list[str | int | float]] = []
    for query in QUERIES:
        statements, total = _statements(query)
        bare = _time(lambda statements=statements: _run_bare(statements))
        address = f"http://{context.host}:{context.port}/en/trials/?{query}"
        whole = _time(lambda address=address: _fetch(address))
        rows.append(
            [
                query or "(everything)",
                total,
                median(bare) * 1000,
                median(whole) * 1000,
                percentile(whole, 0.95) * 1000,
                median(whole) / median(bare),
            ]
        )
    context.report.table(
        ["query", "found", "bare SQL ms", "page ms", "page p95 ms", "page / SQL"], rows
    )
    context.report.note("Bare SQL: both statements of the search, counts of all filters included.")


def _statements(address: str) -> tuple[list[str], int]:
    vocabulary = Vocabulary.load()
    query = read_query(QueryDict(address), vocabulary)
    search = TrialSearch(query, vocabulary, "en")
    with CaptureQueriesContext(connection) as captured:
        total = search.counts().total
        search.trials(limit=PAGE_SIZE, offset=(query.page - 1) * PAGE_SIZE)
    return [entry["sql"] for entry in captured], total


def _run_bare(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()


def _fetch(address: str) -> None:
    with urlopen(address, timeout=60) as answer:  # noqa: S310 - our own server
        answer.read()


def _time(action: Any) -> list[float]:
    seconds = []
    for _round in range(ROUNDS + 1):
        started = perf_counter()
        action()
        seconds.append(perf_counter() - started)
    return seconds[1:]
