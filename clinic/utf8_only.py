"""Forms and addresses are UTF-8, whatever charset a client claims."""

from collections.abc import Callable, Iterable
from typing import Any

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def utf8_only(application: WSGIApplication) -> WSGIApplication:
    """Return the application without the charset of a request's Content-Type.

    Django decodes with it, the query too and before its first middleware: text that was checked as
    UTF-8 would be read as something else, and some codecs of Python only raise errors.
    """

    def without_charset(
        environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        content_type, *parameters = environ.get("CONTENT_TYPE", "").split(";")
        kept = [text for text in parameters if not text.strip().lower().startswith("charset")]
        environ["CONTENT_TYPE"] = ";".join([content_type, *kept])
        return application(environ, start_response)

    return without_charset
