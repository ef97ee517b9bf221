"""Any search as an Atom feed (RFC 4287): the records that were updated last come first.

Order and ``updated`` say the same: the day on which the registry posted its last update. When we
took it over is the same moment for all trials of a look at the registry, so it orders nothing.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time
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
    """Return the newest trials of a search; ``lang`` is en or es, en without it.

    A record without a day of its last update, which the registry always gives, is left out: Atom
    asks for that day.
    """
    asked = request.GET.get("lang", "")
    language = asked if asked in LANGUAGES else "en"
    with override(language):
        vocabulary = Vocabulary.current()
        query = replace(read_query(request.GET, vocabulary), sort="updated", page=1)
        trials = TrialSearch(query, vocabulary, language).newest(ENTRIES)
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
        for trial in trials:
            if trial.last_update_posted:
                _add(feed, request, trial, trial.last_update_posted)
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _add(feed: Atom1Feed, request: HttpRequest, trial: Trial, updated_on: date) -> None:
    """Add a trial; its id is the same by whatever name the site was called (RFC 4287 §4.2.6)."""
    address = request.build_absolute_uri(trial.get_absolute_url())
    feed.add_item(
        title=f"{status_label(trial)}: {trial.shown_title}",
        link=address,
        # The generator calls it HTML.
        description=escape(", ".join([trial.nct_id, *trial.conditions[:5]])),
        updateddate=datetime.combine(updated_on, time(), UTC),
        unique_id=f"tag:{urlsplit(settings.SITE_URL).hostname},2026:{trial.nct_id}",
    )
