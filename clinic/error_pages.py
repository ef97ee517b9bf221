"""What people see when something goes wrong: pages that need no database.

Each carries the number to call. Where a form was being sent, the answers stand in the page, so
that nothing typed is lost.
"""

import logging
import sys
from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, Resolver404, resolve
from django.utils import translation
from django.utils.datastructures import MultiValueDictKeyError

from clinic.contact_card import contact_card

logger = logging.getLogger(__name__)

STYLESHEETS = ("clinic/css/base.css", "clinic/css/components.css")
STAFF_PREFIX = "/admin/"
MACHINE_PATHS = ("/api/", "/fhir/")
CSRF_FIELD = "csrfmiddlewaretoken"
READ_ONLY_TRANSACTION = "25006"  # SQLSTATE: we speak to a standby after a failover
RETRY_AFTER_SECONDS = "60"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the 404 page."""
    return error_page(request, HTTPStatus.NOT_FOUND)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the 403 page."""
    return error_page(request, HTTPStatus.FORBIDDEN)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the 400 page, or the 413 page for too large a form."""
    if isinstance(exception, RequestDataTooBig):
        return error_page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return error_page(request, HTTPStatus.BAD_REQUEST)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the 503 page when the database is away, the 500 page for anything else.

    Django calls this wherever the exception came from, also from inside a middleware.
    """
    error = sys.exc_info()[1]
    if is_database_away(error):
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    if _is_senders_mistake(request, error):
        return error_page(request, HTTPStatus.BAD_REQUEST)
    return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def _is_senders_mistake(request: HttpRequest, error: BaseException | None) -> bool:
    """Return whether an error only says that no page of ours has sent this."""
    if isinstance(error, ValueError) and "NUL (0x00)" in str(error):  # psycopg2's words
        return True
    # Wagtail's streams of blocks read how many there are; every form of ours says so.
    if isinstance(error, MultiValueDictKeyError):
        return True
    # Wagtail's choosers of pages look up any key that was sent; Django's words for what is none.
    sent = (value for _name, values in request.POST.lists() for value in values)
    if isinstance(error, ValueError) and any(
        str(error).endswith(f"expected a number but got {value!r}.") for value in sent
    ):
        return True
    # Wagtail goes on to whatever ``next`` names on this host: a word without a slash is no address.
    going_on = (request.POST.get("next"), request.GET.get("next"))
    return isinstance(error, NoReverseMatch) and any(
        target and f"'{target}'" in str(error) for target in going_on
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the filled form again where its view class has ``show_again``, else the 403 page."""
    request.csrf_refused = True  # type: ignore[attr-defined]
    match = request.resolver_match
    view_class = getattr(match.func, "view_class", None) if match else None
    if match and view_class and hasattr(view_class, "show_again"):
        view = view_class()
        view.setup(request, *match.args, **match.kwargs)
        return view.show_again()
    return error_page(request, HTTPStatus.FORBIDDEN, template="errors/csrf.html")


def is_database_away(error: BaseException | None) -> bool:
    """Return whether the error says that the database cannot be used just now."""
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "pgcode", None) == READ_ONLY_TRANSACTION
    # psycopg2's word for a connection that broke in the middle of an answer: no SQLSTATE came, so
    # it is none of the classes that say what the server thought of the statement.
    is_broken_off = type(error) is DatabaseError
    return is_broken_off or isinstance(error, OperationalError | InterfaceError)


def error_page(request: HttpRequest, status: HTTPStatus, *, template: str = "") -> HttpResponse:
    """Return the page (or, for machines, the JSON) of a status, in the visitor's language."""
    if request.path_info.startswith(MACHINE_PATHS):
        response: HttpResponse = JsonResponse({"detail": status.phrase}, status=status)
    else:
        language = translation.get_language_from_request(request, check_path=True)
        answers = _answers(request)
        with translation.override(language):
            context = {
                "language": language,
                "clinic": contact_card(),
                "stylesheets": _stylesheets(),
                "path": request.path,
                "answers": answers,
                "shown_answers": _shown(request, answers),
                "is_staff_page": _is_staff_page(request),
            }
            page = render_to_string(template or f"errors/{status:d}.html", context)
        response = HttpResponse(page, status=status)
    if status != HTTPStatus.NOT_FOUND:
        response["Cache-Control"] = "no-store, private"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _stylesheets() -> list[str]:
    urls = []
    for path in STYLESHEETS:
        try:
            urls.append(staticfiles_storage.url(path))
        except ValueError:  # not collected: a plain page is better than none
            logger.warning("The stylesheet %s is not in the manifest", path)
    return urls


def typed_fields(request: HttpRequest) -> Collection[str]:
    """Return the fields of a staff form that hold what a person wrote, as its view says.

    Nothing for any other staff form: many hold a password or a whole page. And nothing for what
    another site sent, which a person might then send on from our page.
    """
    if request.method != "POST" or not is_same_origin(request):
        return ()
    return _of_view(request, "typed_fields")


def _of_view(request: HttpRequest, name: str) -> Collection[str]:
    """Return the fields that a view names, also where no request came as far as the view."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return ()
    found: Collection[str] = getattr(getattr(match.func, "view_class", None), name, ())
    return found


def is_same_origin(request: HttpRequest) -> bool:
    """Return whether the browser says that a page of this very address sent the request."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc == request.META.get("HTTP_HOST", "-")


def _is_staff_page(request: HttpRequest) -> bool:
    return request.path_info.startswith(STAFF_PREFIX)


def _shown(request: HttpRequest, answers: list[tuple[str, str]]) -> list[str]:
    """Return what a person wrote; a form also sends what they chose, and marks of its own."""
    if _is_staff_page(request):
        fields = typed_fields(request)
        return [value for name, value in answers if value and name in fields]
    untyped = _of_view(request, "untyped_fields")
    return [
        value
        for name, value in answers
        if value and name not in untyped and not name.endswith("token")
    ]


def _answers(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was typed, as far as the body can be read; below /admin/ where a view says so.

    The CSRF token is the one that was sent, so that the same form can be sent again, or a new one
    where that one was refused.
    """
    if request.method != "POST" or (_is_staff_page(request) and not typed_fields(request)):
        return []
    try:
        lists = list(request.POST.lists())
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError):
        return []
    refused = getattr(request, "csrf_refused", False)
    answers = [
        (_printable(name), _printable(value))
        for name, values in lists
        if not (refused and name == CSRF_FIELD)
        for value in values
    ]
    return [*answers, (CSRF_FIELD, get_token(request))] if refused else answers


def _printable(text: str) -> str:
    return text.replace("\x00", "")
