"""Fixtures that every test may use."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from clinic.embedded_postgres import ensure_running


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Start the test server and keep the databases of several runs apart."""
    ensure_running(settings.DATA_DIR, fsync=False)
    suffix = os.environ.get("TEST_DB_SUFFIX")
    if suffix:
        from django.db import connection

        test = connection.settings_dict["TEST"]
        test["NAME"] = f"{test.get('NAME') or 'test_clinic'}_{suffix}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Make the database once; every transactional test leaves it as migrations did."""
    from tests.flush import restore_after_flush

    with django_db_blocker.unblock():
        restore_after_flush()


@pytest.fixture(autouse=True)
def _quick_and_without_collected_files(settings: Any) -> None:
    """Tests neither collect static files nor need passwords that are slow to guess."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _english_first() -> Iterator[None]:
    """A test that activates another language leaves nothing to the next one."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _no_words_of_another_test() -> None:
    """The generation that words and forms are kept under is undone with each test's transaction."""
    from django.core.cache import caches

    from education.query_words import forget as forget_search_words
    from education.word_list import forget
    from trials.search import forget_counts
    from trials.vocabulary import Vocabulary

    forget()
    forget_search_words()
    Vocabulary.forget()
    forget_counts()
    caches["process"].clear()
