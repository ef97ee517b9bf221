"""The demo's content, loaded once for all tests of a class."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from wagtail.models import Site

import clinic.demo
import education.demo


@pytest.fixture(scope="class")
def loaded_demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Load the demo in a transaction around the class; each test undoes what it does by itself."""
    with django_db_blocker.unblock(), transaction.atomic():
        clinic.demo.load()
        education.demo.load()
        yield
        transaction.set_rollback(True)
    Site.clear_site_root_paths_cache()
