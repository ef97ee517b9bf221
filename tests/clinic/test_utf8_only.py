"""What a client claims about its charset changes nothing."""

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from clinic.utf8_only import utf8_only


def read_by_django(content_type: str, body: bytes = b"", query: str = "") -> WSGIRequest:
    """Return the request as Django reads it behind the wrapper."""
    environ = RequestFactory().generic("POST", "/", body).environ
    environ |= {"CONTENT_TYPE": content_type, "QUERY_STRING": query}
    seen: list[WSGIRequest] = []

    def application(environ, start_response):
        seen.append(WSGIRequest(environ))
        return []

    utf8_only(application)(environ, None)
    return seen[0]


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "idna", "hex", "UTF-8", "none"])
def test_forms_and_queries__are_utf_8(charset: str) -> None:
    body = '--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n+AAA-\\ud800ñ\r\n--x--'
    request = read_by_django(
        f"multipart/form-data; Charset={charset}; boundary=x", body.encode(), "q=%2BAAA-%C3%B1"
    )
    assert request.GET["q"] == "+AAA-ñ"
    assert request.POST["f"] == "+AAA-\\ud800ñ"


def test_content_type__may_be_missing() -> None:
    assert read_by_django("").content_type == ""
