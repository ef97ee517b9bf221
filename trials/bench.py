"""What the benchmark measures of trials: search beside its bare SQL, and the sync."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection
from django.urls import reverse

from clinic.bench.context import BenchContext
from clinic.bench.queries import measure_in_public_process
from clinic.bench.report import median, percentile
from trials.demo import FOLDER
from trials.models import Trial
from trials.registry.files import read_files, record_files
from trials.registry.sync import Report, sync

QUERIES = {
    "everything": "",
    "one word": "q=melanoma",
    "a therapy, words": "q=car+t+cell+lymphoma",
    "a phrase with synonyms": "q=non-small+cell+lung+cancer",
    "misspelt": "q=melanomma",
    "nothing found": "q=xyzzyx",
    "recruiting, phase 2": "status=RECRUITING&phase=2",
    "words and filters": "q=pembrolizumab&status=RECRUITING&phase=3",
    "a cancer type": "condition=breast-cancer",
    "age and sex": "age=45&sex=FEMALE",
    "by date, page 20": "sort=updated&page=20",
}
TIMES = 40
WARM_UP = 5
PER_FILE = 200
_WRITTEN = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_user_tables"


def pages() -> dict[str, str]:
    """Return the search and a trial that is open."""
    trial = Trial.objects.open_at_our_site().order_by("nct_id").first()
    found = {"trial search": reverse("trials:search")}
    return found | {"trial": reverse("trials:detail", args=[trial.nct_id])} if trial else found


def bench(context: BenchContext) -> None:
    """Measure the sync of many records, then the search among them."""
    files = _write_records(context)
    context.report.section(f"Sync of {context.rows:,} records from disk")
    _measure_sync(context, files)
    context.report.section(f"Trial search, {context.rows:,} trials more than the demo's")
    _measure_search(context)


def _write_records(context: BenchContext) -> list[Path]:
    """Write variations of the records, under ids of their own, and return the files."""
    seeds = record_files(context.records or FOLDER / "records")
    folder = context.directory / "records"
    folder.mkdir()
    varied = _variations(seeds, context.rows)
    for number in range(0, context.rows, PER_FILE):
        batch = list(islice(varied, PER_FILE))
        (folder / f"{number:07}.json").write_text(json.dumps(batch))
    return record_files(folder)


def _variations(seeds: list[Path], count: int) -> Iterator[dict[str, Any]]:
    for number, seed in enumerate(islice(cycle(seeds), count)):
        study: dict[str, Any] = json.loads(seed.read_bytes())
        identification = study["protocolSection"]["identificationModule"]
        identification["nctId"] = f"NCT{98_000_000 + number}"
        identification.pop("nctIdAliases", None)
        yield study


def _measure_sync(context: BenchContext, files: list[Path]) -> None:
    rows: list[list[str | int | float]] = []
    for name in ("all new", "the same again"):
        written = _rows_written()
        started = perf_counter()
        report = sync(read_files(files), source="bench")[1]
        seconds = perf_counter() - started
        per_second = round(report.total / seconds)
        rows.append([name, *_counts(report), seconds, per_second, _rows_written() - written])
    context.report.table(
        ["", "new", "unchanged", "refused", "seconds", "records/s", "rows written"], rows
    )
    size = sum(file.stat().st_size for file in files) / context.rows / 1000
    origin = f"the records in {context.records.name}" if context.records else "the demo's records"
    context.report.note(
        f"Variations of {origin}, {size:.0f} kB each on average. The rows that a second run "
        "writes are those of the run itself."
    )


def _counts(report: Report) -> list[int]:
    return [report.new, report.unchanged, len(report.refused)]


def _rows_written() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(_WRITTEN)
        return int(cursor.fetchone()[0] or 0)


def _measure_search(context: BenchContext) -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    base = reverse("trials:search")
    paths = {name: f"{base}?{query}" if query else base for name, query in QUERIES.items()}
    asked = measure_in_public_process(list(paths.values()))
    rows: list[list[str | int | float]] = []
    for name, path in paths.items():
        page = _page_times(context, path)
        bare = _bare_times(asked[path]["statements"])
        rows.append(
            [
                name,
                f"?{QUERIES[name]}",
                asked[path]["cold"],
                median(page),
                percentile(page, 0.95),
                median(bare),
                percentile(bare, 0.95),
                median(page) / median(bare),
            ]
        )
    context.report.table(
        ["search", "", "queries", "page ms", "p95", "bare SQL ms", "SQL p95", "page / SQL"], rows
    )
    context.report.note(
        f"Page: {TIMES} requests one after the other to the public door, nothing cached. Bare SQL: "
        "the page's own statements with their values, run and read with psycopg2 alone."
    )


def _page_times(context: BenchContext, path: str) -> list[float]:
    times = []
    client = HTTPConnection(context.host, context.port, timeout=60)
    try:
        for _number in range(WARM_UP + TIMES):
            started = perf_counter()
            client.request("GET", path, headers={"Accept-Encoding": "br"})
            response = client.getresponse()
            response.read()
            times.append((perf_counter() - started) * 1000)
            if response.status != 200:
                raise RuntimeError(f"{path} answered {response.status}")
    finally:
        client.close()
    return times[WARM_UP:]


def _bare_times(statements: list[str]) -> list[float]:
    connection.ensure_connection()
    times = []
    with connection.connection.cursor() as cursor:
        for _number in range(WARM_UP + TIMES):
            started = perf_counter()
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()
            times.append((perf_counter() - started) * 1000)
    return times[WARM_UP:]
