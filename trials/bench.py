"""Measures trials for ``make bench``: the sync's rate and the search against its bare SQL."""

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import active_children
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import Any
from urllib.request import urlopen

import psutil
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from clinic.bench.context import BenchContext
from clinic.bench.report import median, percentile
from trials.models import Place, SearchDocument, Trial, TrialPlace
from trials.registry.files import read_files, record_files
from trials.registry.lanes import lanes_for, sync_files
from trials.registry.sync import Report
from trials.search import TrialSearch
from trials.search_query import read_query
from trials.views import PAGE_SIZE
from trials.vocabulary import Vocabulary

OWN_RECORDS = Path(__file__).resolve().parent / "demo" / "records"
FIRST_NUMBER = 70_000_000
RECORDS_A_FILE = 100
CHANGED_EVERY = 10
SOME_CHANGED = f"one in {CHANGED_EVERY} changed"
LATER = "2099-01-01"
WATCHED_EVERY_SECONDS = 0.5
SECTIONS = ("sync", "search")
ROUNDS = 20
SEARCHED = (SearchDocument, TrialPlace, Place)
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
    "zip=10001&within=50",
    "zip=10001&sort=distance",
    "q=lung+cancer&zip=60601&within=100&sort=distance",
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
        _sync(record_files(folder))
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
    files = record_files(folder)
    for name in ("all new", SOME_CHANGED, "all unchanged"):
        if name == SOME_CHANGED:
            _change_some(files)
        started = perf_counter()
        with _memory_watched() as peaks:
            report = _sync(files)
        rate = report.total / (perf_counter() - started)
        early, late = (max(half, default=0) for half in _halves(peaks))
        rows.append([name, lanes_for(files), rate, early, late, _outcome(report)])
    header = ["run", "processes", "records a second", "MB, first half", "MB, second", "outcome"]
    context.report.table(header, rows)
    context.report.note("MB is the most that any one process of the sync held.")


@contextmanager
def _memory_watched() -> Iterator[list[int]]:
    """Yield a list that gets, every half second, the MB of the largest process of a sync."""
    found: list[int] = []
    ended = Event()

    def watch() -> None:
        while not ended.wait(WATCHED_EVERY_SECONDS):
            for pid in [child.pid for child in active_children()] or [os.getpid()]:
                with suppress(psutil.NoSuchProcess):
                    found.append(psutil.Process(pid).memory_info().rss >> 20)

    watching = Thread(target=watch)
    watching.start()
    try:
        yield found
    finally:
        ended.set()
        watching.join()


def _halves(values: list[int]) -> tuple[list[int], list[int]]:
    middle = len(values) // 2
    return values[:middle], values[middle:]


def _sync(files: list[Path]) -> Report:
    return sync_files(files, source="bench", progress=lambda files, records: None)[1]


def _change_some(files: list[Path]) -> None:
    """Give each tenth record a later update and another status."""
    for file in files:
        studies = json.loads(file.read_text())
        for study in studies[::CHANGED_EVERY]:
            study["protocolSection"]["statusModule"] |= {
                "overallStatus": "ACTIVE_NOT_RECRUITING",
                "lastUpdatePostDateStruct": {"date": LATER, "type": "ACTUAL"},
            }
        file.write_text(json.dumps(studies))


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
        _first, *bare = _time(lambda statements=statements: _run_bare(statements))
        address = f"http://{context.host}:{context.port}/en/trials/?{query}"
        first, *whole = _time(lambda address=address: _fetch(address))
        rows.append(
            [
                query or "(everything)",
                total,
                median(bare) * 1000,
                first * 1000,
                median(whole) * 1000,
                percentile(whole, 0.95) * 1000,
                median(whole) / median(bare),
            ]
        )
    context.report.table(
        ["query", "found", "bare SQL ms", "first ms", "page ms", "page p95 ms", "page / SQL"], rows
    )
    context.report.note("Bare SQL: both statements of the search, counts of all filters included.")
    context.report.note(
        "First: the first time in a process after content changed; counts are kept."
    )
    _measure_size(context)


def _measure_size(context: BenchContext) -> None:
    """Print how large what is searched is on disk, and the workers that have just searched it."""
    context.report.table(["searched", "table MB", "indexes MB"], sizes())
    if context.server:
        workers = context.server.worker_megabytes()
        held = ", ".join(str(megabytes) for megabytes in workers)
        context.report.note(
            f"Memory of the {len(workers)} workers after these searches: {held} MB (RSS; what they "
            "share is counted in each)."
        )


def sizes() -> list[tuple[str, float, float]]:
    """Return the name of each table that is searched with its MB and those of its indexes."""
    found = []
    with connection.cursor() as cursor:
        for table in (model._meta.db_table for model in SEARCHED):
            cursor.execute("SELECT pg_table_size(%s), pg_indexes_size(%s)", [table, table])
            table_size, index_size = cursor.fetchone()
            found.append((table, table_size / 2**20, index_size / 2**20))
    _tables, table_sizes, index_sizes = zip(*found, strict=True)
    return [*found, ("together", sum(table_sizes), sum(index_sizes))]


def _statements(address: str) -> tuple[list[str], int]:
    vocabulary = Vocabulary.load()
    query = read_query(QueryDict(address), vocabulary)
    search = TrialSearch(query, vocabulary, "en")
    with CaptureQueriesContext(connection) as captured:
        total = search.counts().total
        search.trials(limit=PAGE_SIZE, offset=(query.page - 1) * PAGE_SIZE, total=total)
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
    """Return the seconds of a first round, and then of ``ROUNDS`` more."""
    seconds = []
    for _round in range(ROUNDS + 1):
        started = perf_counter()
        action()
        seconds.append(perf_counter() - started)
    return seconds
