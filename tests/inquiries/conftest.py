from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from wagtail.models import Site

from clinic.models import ClinicSettings


@pytest.fixture
def as_role(db: None) -> Callable[[str], AbstractContextManager[None]]:
    """Run a block with the privileges of a process: ``with as_role("public"): …``."""

    @contextmanager
    def run(process: str) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE clinic_{process}")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("RESET ROLE")

    return run


@pytest.fixture
def public_door(db: None) -> Iterator[Client]:
    """A browser at the public process: its addresses, middleware, settings and database role."""
    overrides = {
        "PROCESS": "public",
        "ROOT_URLCONF": "clinic.urls.public",
        "MIDDLEWARE": settings.PUBLIC_MIDDLEWARE,
        "SEALING_PRIVATE_KEYS": [],
        "LOOKUP_KEY": "",
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 200,
    }
    with override_settings(**overrides):
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE clinic_public")
        yield Client(enforce_csrf_checks=True)
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@pytest.fixture
def clinic_settings(db: None) -> ClinicSettings:
    """The settings of the default site."""
    return ClinicSettings.for_site(Site.objects.get(is_default_site=True))
