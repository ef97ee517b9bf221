"""What the site search says of trials: listed ones, open ones first."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from clinic.site_search import ResultGroup, SearchQuery, SearchResult
from trials.models import Trial
from trials.search import TrialSearch
from trials.search_query import TrialQuery
from trials.templatetags.trials_tags import status_label
from trials.vocabulary import Vocabulary


def contribute(query: SearchQuery) -> ResultGroup | None:
    """Return the trials that the words find (3 queries; none when the words say nothing)."""
    asked = TrialQuery(q=query.text)
    search = TrialSearch(asked, Vocabulary.current(), query.language, nothing_finds_all=False)
    trials = search.trials(limit=query.limit)
    if not trials:
        return None
    return ResultGroup(
        key="trials",
        title=gettext("Clinical trials"),
        results=[_result(trial, search.language) for trial in trials],
        total=len(trials) if len(trials) < query.limit else search.total(),
        more_url=f"{reverse('trials:search')}?{urlencode({'q': query.text})}",
    )


def _result(trial: Trial, language: str) -> SearchResult:
    is_registry_title = trial.shown_title == trial.brief_title
    return SearchResult(
        title=trial.shown_title,
        url=trial.get_absolute_url(),
        summary=" · ".join(trial.conditions[:3]) if language == "en" else "",
        note=status_label(trial),
        language="en" if is_registry_title and language != "en" else "",
    )
