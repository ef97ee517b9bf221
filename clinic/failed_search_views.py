"""The list of searches that found nothing, where an editor gives a word its meaning or drops it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views import View
from wagtail.admin import messages

from clinic.failed_searches import KEPT, SEEN_DAYS, SEEN_TIMES, drop, listed_terms
from clinic.page_permissions import TAKE_DOWN
from clinic.search_terms import word_address

SHOWN = 200


class FailedSearchesView(View):
    """Lists the words (GET); drops one, for now or for good (POST)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(TAKE_DOWN):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the screen."""
        terms = listed_terms()
        context = {
            "rows": [
                {"term": term, "address": word_address(term.term, term.language, request.user)}
                for term in terms[:SHOWN]
            ],
            "total": len(terms),
            "times": SEEN_TIMES,
            "days": SEEN_DAYS,
            "kept": KEPT.days,
        }
        return TemplateResponse(request, "wagtailadmin/clinic/failed_searches.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Drop the word of the button; one that is not listed stays as it is."""
        for name, for_good in (("done", False), ("never", True)):
            language, _colon, term = request.POST.get(name, "").partition(":")
            if any((row.term, row.language) == (term, language) for row in listed_terms()):
                drop(term, language, for_good=for_good)
                messages.success(request, _("“%(term)s” is off the list.") % {"term": term})
        return redirect("failed_searches")
