"""The throw-away site of a run: demo content on the bundled Postgres, public door served."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from clinic import embedded_postgres
from clinic.bench.server import Server, serving
from clinic.contributions import contributions
from clinic.demo_site import collect_static_files, load_content

APPLICATION = "clinic.wsgi:application"


@contextmanager
def throw_away_site(workers: int) -> Iterator[Server]:
    """Set the demo clinic up in DATA_DIR, which must be empty, and serve its public door."""
    embedded_postgres.ensure_running(settings.DATA_DIR)
    try:
        call_command("migrate", interactive=False, verbosity=0)
        load_content(lambda line: None)
        collect_static_files()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        with serving(application=APPLICATION, workers=workers) as server:
            yield server
    finally:
        connection.close()
        embedded_postgres.release_all()


def pages() -> dict[str, str]:
    """Return the addresses that the rooms want measured, by name."""
    found: dict[str, str] = {}
    for module in contributions("bench"):
        if hasattr(module, "pages"):
            found |= module.pages()
    return found
