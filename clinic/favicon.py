"""Browsers ask for this address where a page names no icon, as error pages do not."""

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

ICON = "clinic/images/favicon.ico"


@require_safe
@cache_control(public=True, max_age=24 * 60 * 60)
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead to the icon's hashed address; answer 204 where no static files were collected."""
    try:
        return HttpResponseRedirect(staticfiles_storage.url(ICON))
    except ValueError:
        return HttpResponse(status=204)
