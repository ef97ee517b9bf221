"""Counts what a page asks the database, in a process of the public door.

``python -m clinic.bench.queries PATH…`` prints JSON. Each page is measured in a fork of its own, so
that "first" is really the first request of a process; "changed" is the first one after a change of
content, when Wagtail's addresses of the site are read again; "cold" is a later one with an empty
page cache, "warm" the one after it.
"""

import json
import multiprocessing
import os
import subprocess
import sys
from time import perf_counter
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings

COLD_RENDERS = 5


def measure_in_public_process(paths: list[str]) -> dict[str, dict[str, Any]]:
    """Return the findings by path, measured in a new process with PROCESS=public."""
    completed = subprocess.run(
        [sys.executable, "-m", "clinic.bench.queries", *paths],
        cwd=settings.BASE_DIR,
        env=os.environ | {"PROCESS": "public"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found: dict[str, dict[str, Any]] = json.loads(completed.stdout)
    return found


def measure(path: str) -> dict[str, Any]:
    """Return status, queries first, changed, cold and warm, the cold times and statements."""
    from clinic.page_cache import PageCache
    from clinic.page_cache_store import PageStore
    from clinic.wsgi import django_application

    status, first, _ = _ask(PageCache(django_application), path)
    # A new page cache takes any generation for a new one.
    cache = PageCache(django_application)
    _status, changed, _ = _ask(cache, path)
    milliseconds = []
    for _number in range(COLD_RENDERS):
        cache.store = PageStore(settings.PAGE_CACHE_BYTES)
        started = perf_counter()
        _status, cold, statements = _ask(cache, path)
        milliseconds.append((perf_counter() - started) * 1000)
    _status, warm, _ = _ask(cache, path)
    return {
        "status": status,
        "first": first,
        "changed": changed,
        "cold": cold,
        "warm": warm,
        "milliseconds": sorted(milliseconds),
        "statements": statements,
    }


def _ask(application: Any, path: str) -> tuple[str, int, list[str]]:
    """Return the status, the number of queries and their text."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ["PATH_INFO"], _, environ["QUERY_STRING"] = path.partition("?")
    environ["HTTP_HOST"] = "localhost"
    answered: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        body = application(environ, lambda status, headers: answered.append(status))
        b"".join(body)
    statements = [query["sql"] for query in captured.captured_queries]
    return answered[0], len(statements), statements


def main(paths: list[str]) -> None:
    """Print the findings as JSON."""
    import clinic.wsgi  # noqa: F401  (sets Django up once, before the forks)

    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        found = dict(zip(paths, pool.map(measure, paths, chunksize=1), strict=True))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
