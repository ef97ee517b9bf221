"""Wagtail's Postgres search with the stemming of each text's own language.

The stock backend has one configuration for all content (wagtail#9253), so Spanish words would be
cut as if they were English. Here a row is indexed with the configuration of its locale, and a
query is read with that of the active language.
"""

import copy
from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language
from modelsearch.backends.database.postgres.postgres import (
    PostgresIndex,
    PostgresSearchBackend,
    PostgresSearchQueryCompiler,
)

CONFIGURATIONS = {"en": "english", "es": "spanish"}


def configuration(language: str | None) -> str:
    """Return Postgres's text search configuration for a language; "simple" for an unknown one."""
    return CONFIGURATIONS.get((language or "en").split("-")[0], "simple")


class LocaleIndex(PostgresIndex):
    """Indexes each object in its own language."""

    def add_items(self, model: Any, objs: Iterable[Any]) -> None:
        """Index the objects, grouped by the configuration of their locale."""
        groups: dict[str, list[Any]] = {}
        for obj in objs:
            locale = getattr(obj, "locale", None)
            language = locale.language_code if locale is not None else "en"
            groups.setdefault(configuration(language), []).append(obj)
        for config, group in groups.items():
            index = copy.copy(self)
            index.backend = copy.copy(self.backend)
            index.backend.config = config
            PostgresIndex.add_items(index, model, group)


class LocaleQueryCompiler(PostgresSearchQueryCompiler):
    """Reads what people type in the active language."""

    def get_config(self, backend: Any) -> str:
        """Return the configuration of the active language."""
        return configuration(get_language())


class SearchBackend(PostgresSearchBackend):
    """The backend that WAGTAILSEARCH_BACKENDS names."""

    index_class = LocaleIndex
    query_compiler_class = LocaleQueryCompiler
