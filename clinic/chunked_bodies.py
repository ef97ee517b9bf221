"""Bodies that come in chunks get the length that Django needs: without one it reads nothing."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from clinic.middleware.bad_input import limit_of

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_length(application: WSGIApplication) -> WSGIApplication:
    """Return the application, given chunked bodies whole.

    Of one that is too long just enough is read for the refusal, never the rest.
    """

    def read_first(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "HTTP_TRANSFER_ENCODING" in environ:
            body = _read(environ["wsgi.input"], limit_of(environ.get("PATH_INFO", "")) + 1)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return application(environ, start_response)

    return read_first


def _read(stream: Any, limit: int) -> bytes:
    """Return at most so many bytes; what arrived before the sender went away is dropped."""
    parts: list[bytes] = []
    missing = limit
    try:
        while missing and (part := stream.read(min(missing, 65536))):
            parts.append(part)
            missing -= len(part)
    except OSError:
        return b""
    return b"".join(parts)
