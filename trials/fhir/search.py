"""Reads a FHIR search of ResearchStudy (https://hl7.org/fhir/R4B/search.html)."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from trials.fhir.research_study import REGISTRY, STATUSES, statuses_of
from trials.models import Trial
from trials.registry.values import CONTROL
from trials.registry.values import nct_id as read_nct_id
from trials.search import TrialSearch
from trials.search_query import TrialQuery
from trials.vocabulary import Vocabulary

PAGE_SIZE = 20
LARGEST_PAGE = 100
LONGEST_WORDS = 200
ONE_VALUE = "one value: a comma, which means OR, is refused unless written as \\,."
# Between commas; a backslash before a comma, a bar, a dollar sign or itself takes its meaning away.
ALTERNATIVE = re.compile(r"(?:[^,\\]|\\.?)+")
SYSTEM = re.compile(r"(?<!\\)\|")  # a token is "system|code"
ESCAPED = re.compile(r"\\([,|$\\])")
# Name, type of the search parameter, what it means here.
PARAMETERS = (
    ("_id", "token", "NCT id."),
    ("identifier", "token", f"NCT id, alone or as {REGISTRY}|NCT…"),
    ("status", "token", "Code of research-study-status; several are separated by commas."),
    (
        "condition",
        "token",
        f"Words for a cancer, understood as on the site's own search page; {ONE_VALUE}",
    ),
    ("title", "string", f"Words of the title, the conditions or the treatments; {ONE_VALUE}"),
)
RESULT_PARAMETERS = frozenset({"_count", "_page", "_format", "_pretty", "_total", "_summary"})
# A modifier that a server does not know has to be refused: ":not" left out finds the opposite.
MODIFIERS = {"condition": {"text"}, "title": {"contains"}}
FORMATS = frozenset({"json", "application/json", "application/fhir+json"})
SYSTEMS = frozenset({"", REGISTRY, f"{REGISTRY}/", REGISTRY.replace("https", "http")})


@dataclass(slots=True)
class StudySearch:
    """What is asked for, what was not understood, and which part of the answer is shown.

    A ``count`` of 0 asks how many there are and for none of them.
    """

    asked: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    ids: list[str] | None = None
    query: TrialQuery = field(default_factory=TrialQuery)
    finds_nothing: bool = False
    count: int = PAGE_SIZE
    page: int = 1

    def trials(self) -> tuple[int, list[Trial]]:
        """Return how many studies fit, and those of the page."""
        first, wanted = (self.page - 1) * self.count, self.count
        if self.finds_nothing:
            return 0, []
        found = TrialSearch(self.query, Vocabulary.current(), "en", among=self._named())
        if not wanted:
            return found.total(), []
        keys = [trial.pk for trial in found.trials(limit=wanted, offset=first)]
        trials = Trial.objects.in_bulk(keys)
        return found.total(), [trials[key] for key in keys]

    def _named(self) -> list[int] | None:
        """Return the keys of the trials that are asked for by id; None where no id is asked for."""
        if self.ids is None:
            return None
        return list(Trial.objects.filter(nct_id__in=self.ids).values_list("pk", flat=True))

    def address(self, request: HttpRequest, page: int) -> str:
        """Return the address of a page of this search, as it was understood."""
        pairs = [*self.asked, ("_count", str(self.count))]
        pairs += [("_page", str(page))] if page > 1 else []
        return request.build_absolute_uri(f"{request.path}?{urlencode(pairs)}")


def read_search(data: QueryDict) -> StudySearch:
    """Return the search; unknown parameters and values are listed in ``ignored``.

    What has to be refused, because leaving it out would find something else, is in ``refused``.
    """
    search = StudySearch()
    words: list[str] = []
    for key in data:
        name, colon, modifier = key.partition(":")
        values = [_clean(value) for value in data.getlist(key) if _clean(value)]
        known = name in {parameter for parameter, _type, _meaning in PARAMETERS}
        if name in RESULT_PARAMETERS:
            _read_result(search, name, values)
        elif not known:
            search.ignored.append(key)
        elif colon and modifier not in MODIFIERS.get(name, set()):
            search.refused.append(key)
        else:
            search.asked += [(key, value) for value in values]
            for value in values:
                _read_criterion(search, name, value, words)
    search.query.q = " ".join(words)[:LONGEST_WORDS]
    return search


def _clean(value: str) -> str:
    return " ".join(CONTROL.sub(" ", value).split())


def _read_result(search: StudySearch, name: str, values: list[str]) -> None:
    limits = {"_count": (0, LARGEST_PAGE), "_page": (1, 100_000)}
    for value in values:
        if name in limits:
            least, most = limits[name]
            if value.isascii() and value.isdecimal() and int(value[:9]) >= least:
                setattr(search, name[1:], min(int(value[:9]), most))
            else:
                search.ignored.append(name)
        elif name == "_summary" and value == "count":
            search.count = 0
        elif name == "_summary" and value != "false":
            search.ignored.append(name)


def _read_criterion(search: StudySearch, name: str, value: str, words: list[str]) -> None:
    parts = [part.strip() for part in ALTERNATIVE.findall(value)]
    alternatives = [part for part in parts if part]
    if name == "status":
        codes = [part.rpartition("|")[2] for part in alternatives]
        search.ignored += [f"status={code}" for code in codes if code not in STATUSES.values()]
        statuses = [status for code in codes for status in statuses_of(code)]
        # Given again, a parameter narrows what the first one let through.
        before = search.query.statuses or statuses
        search.query.statuses = [status for status in statuses if status in before]
        search.finds_nothing |= not search.query.statuses
    elif name in {"_id", "identifier"}:
        tokens = [part.rpartition("|") for part in alternatives]
        keys = [read_nct_id(code) for system, _bar, code in tokens if system in SYSTEMS]
        ids = [key for key in keys if key]
        search.ids = ids if search.ids is None else [key for key in search.ids if key in ids]
    elif len(alternatives) > 1:
        search.refused.append(f"several values of {name} (one value: write a comma in it as \\,)")
    else:
        # A code of another terminology is not known here; its display or text is what we read.
        texts = [SYSTEM.split(part)[-1] if name == "condition" else part for part in alternatives]
        words += [ESCAPED.sub(r"\1", text) for text in texts]


def outcome(severity: str, code: str, sentence: str) -> dict[str, Any]:
    """Return an OperationOutcome with one issue."""
    issue = {"severity": severity, "code": code, "diagnostics": sentence}
    return {"resourceType": "OperationOutcome", "issue": [issue]}
