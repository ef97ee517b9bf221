"""Any search as an Atom feed (RFC 4287): what was changed last comes first."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import override

from clinic.site_facts import clinic_settings
from clinic.structured_data import absolute
from trials.models import Trial
from trials.search import TrialSearch
from trials.search_query import read_query
from trials.templatetags.trials_tags import status_label
from trials.vocabulary import Vocabulary

ENTRIES = 50
LANGUAGES = ("en", "es")


def trials_feed(request: HttpRequest) -> HttpResponse:
    """Return the newest trials of a search; ``lang`` is en or es, en without it."""
    asked = request.GET.get("lang", "")
    language = asked if asked in LANGUAGES else "en"
    with override(language):
        vocabulary = Vocabulary.current()
        query = replace(read_query(request.GET, vocabulary), sort="updated", page=1)
        trials = TrialSearch(query, vocabulary, language).trials(limit=ENTRIES)
        newest = {
            trial.pk: trial.last_changed_at
            for trial in Trial.objects.filter(pk__in=[trial.pk for trial in trials]).only(
                "last_changed_at"
            )
        }
        clinic = clinic_settings(request).name
        title = _("Clinical trials: %(clinic)s") % {"clinic": clinic}
        page = request.build_absolute_uri(reverse("trials:search") + query.address())
        feed = Atom1Feed(
            title=f"{title}: {query.q}" if query.q else title,
            link=page,
            description="",
            language=language,
            author_name=clinic,
            feed_url=request.build_absolute_uri(),
            feed_guid=absolute(reverse("trials:search") + query.address()),
        )
        for trial in sorted(trials, key=lambda one: newest[one.pk], reverse=True):
            _add(feed, request, trial, newest[trial.pk])
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _add(feed: Atom1Feed, request: HttpRequest, trial: Trial, changed_at: Any) -> None:
    """Add a trial; its id is the same by whatever name the site was called (RFC 4287 §4.2.6)."""
    address = request.build_absolute_uri(trial.get_absolute_url())
    feed.add_item(
        title=f"{status_label(trial)}: {trial.shown_title}",
        link=address,
        # The generator calls it HTML.
        description=escape(", ".join([trial.nct_id, *trial.conditions[:5]])),
        updateddate=changed_at,
        unique_id=f"tag:{urlsplit(settings.SITE_URL).hostname},2026:{trial.nct_id}",
    )
