"""Uploaded pictures: served without a query, inert whatever they hold."""

import posixpath

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.static import serve

PICTURE_FOLDERS = ("images/", "original_images/", "social/")
POLICY = "default-src 'none'; sandbox"
ONE_YEAR = 365 * 24 * 60 * 60


def serve_picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """Return a picture below MEDIA_ROOT.

    Wagtail puts a hash of the operation into a rendition's name, so it may be kept for long. Only
    picture folders are served: documents go through Wagtail's own view, which knows who may read.

    Raises Http404 for anything else.
    """
    if not posixpath.normpath(path).startswith(PICTURE_FOLDERS):
        raise Http404
    try:
        response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except OSError as error:  # no file can have such a name
        raise Http404 from error
    response["Cache-Control"] = f"public, max-age={ONE_YEAR}"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response
