"""Forms that come without a length: read as far as a form may go, and no further."""

from io import BytesIO
from typing import Any

import pytest

from clinic.chunked_bodies import with_length
from clinic.middleware.bad_input import FORM_LIMIT, UPLOAD_LIMIT


class Stream(BytesIO):
    """Gives a little at a time, as a network does."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 1000, 1000))


class Broken(Stream):
    def read(self, size: int | None = -1) -> bytes:
        raise OSError


def arrived(stream: BytesIO, path: str = "/en/trials/help/", **environ: Any) -> tuple[bytes, str]:
    """Return the body and the length that the application is given."""
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        return []

    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "PATH_INFO": path, "wsgi.input": stream}
    with_length(application)(chunked | environ, None)
    return seen["wsgi.input"].read(), seen["CONTENT_LENGTH"]


def test_small_form__arrives_whole() -> None:
    assert arrived(Stream(b"name=Ana" * 2000)) == (b"name=Ana" * 2000, "16000")


def test_claimed_length_beside_chunks__counts_nothing() -> None:
    assert arrived(Stream(b"name=Ana"), CONTENT_LENGTH="3") == (b"name=Ana", "8")


@pytest.mark.parametrize(
    ("process", "path", "limit"),
    [
        ("public", "/en/trials/help/", FORM_LIMIT),
        ("public", "/admin/auth/login/", FORM_LIMIT),
        ("staff", "/admin/images/add/", UPLOAD_LIMIT),
    ],
)
def test_endless_form__is_read_just_far_enough_to_be_refused(
    settings: Any, process: str, path: str, limit: int
) -> None:
    settings.PROCESS = process
    stream = BytesIO(bytes(30_000_000))
    _body, length = arrived(stream, path)
    assert int(length) == limit + 1
    assert stream.tell() == limit + 1


def test_sender_who_went_away__leaves_nothing() -> None:
    assert arrived(Broken()) == (b"", "0")
