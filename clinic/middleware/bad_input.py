"""Refuses what no browser sends, before anything reads it."""

import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError

from clinic.error_pages import error_page

FORM_LIMIT = 64 * 1024
UPLOAD_LIMIT = 12 * 1024 * 1024
FIELD_LIMIT = 200
LONGEST_NUMBER = 20  # Python refuses to read numbers of thousands of digits
STAFF_PREFIX = "/admin/"  # editors upload pictures and save long pages
_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
# Django turns bytes of a path that are not UTF-8 back into percent signs.
_BAD_PATH = re.compile(r"\x00|%[89A-F][0-9A-F]", re.IGNORECASE)


def limit_of(path: str) -> int:
    """Return how many bytes a form sent to this address may have."""
    for_staff = settings.PROCESS != "public" and path.startswith(STAFF_PREFIX)
    return UPLOAD_LIMIT if for_staff else FORM_LIMIT


class BadInputMiddleware:
    """Answers 400 to NUL, invalid UTF-8 and files of visitors, 413 to too large a form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the refusal, or what the inner layers answer."""
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        has_body = request.method not in {"GET", "HEAD"}
        # First, because the page of every other refusal looks for what was typed.
        if has_body and (refusal := self._length_refusal(request, limit_of(request.path_info))):
            return refusal
        query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
        if _BAD_PATH.search(request.path_info) or not _is_text(_unquote(query)):
            return error_page(request, HTTPStatus.BAD_REQUEST)
        if not has_body:
            return None
        return None if request.path_info.startswith(STAFF_PREFIX) else self._body_refusal(request)

    def _length_refusal(self, request: HttpRequest, limit: int) -> HttpResponse | None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or len(length) > LONGEST_NUMBER:
            request.META["CONTENT_LENGTH"] = "0"  # Django would stumble over it again
            return error_page(request, HTTPStatus.BAD_REQUEST)
        if int(length) > limit:
            return error_page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return None

    def _body_refusal(self, request: HttpRequest) -> HttpResponse | None:
        try:
            body = request.body
        except UnreadablePostError:  # the visitor went away
            return HttpResponse(status=HTTPStatus.BAD_REQUEST)
        if request.content_type == _URLENCODED:
            readable = _is_text(_unquote(body)) and body.count(b"&") < FIELD_LIMIT
        elif request.content_type == _MULTIPART:
            parts = body.count(b"Content-Disposition")
            readable = _is_text(body) and parts <= FIELD_LIMIT and not _hides_nul(request)
            # No form here takes files: one in the place of a text would be lost without a word.
            readable = readable and not request.FILES
        else:
            readable = True
        return None if readable else error_page(request, HTTPStatus.BAD_REQUEST)


def _unquote(encoded: bytes) -> bytes:
    return unquote_to_bytes(encoded.replace(b"+", b" "))


def _hides_nul(request: HttpRequest) -> bool:
    """Return whether a part of a form holds NUL once it is decoded: it may come as base64."""
    return any("\x00" in text for name, sent in request.POST.lists() for text in (name, *sent))


def _is_text(raw: bytes) -> bool:
    if b"\x00" in raw:
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
