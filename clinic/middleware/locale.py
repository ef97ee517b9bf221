"""Sends ``/`` to the visitor's language, and nothing else anywhere."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.middleware.locale import LocaleMiddleware as BaseMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers


class LocaleMiddleware(BaseMiddleware):
    """Django's would also turn every unprefixed 404 (``/api/…``, ``/admin/…``) into a redirect."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Return a redirect for ``/``, else the answer with its language.

        Each public address carries its language, so that no answer varies with Accept-Language.
        """
        language = translation.get_language()
        if request.path_info == "/" and response.status_code == 404:
            query = request.META.get("QUERY_STRING")
            redirect = HttpResponseRedirect(f"/{language}/{f'?{query}' if query else ''}")
            patch_vary_headers(redirect, ("Accept-Language",))
            return redirect
        response.headers.setdefault("Content-Language", language or settings.LANGUAGE_CODE)
        return response
