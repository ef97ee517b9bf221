"""Requests that no browser sends, drawn by hypothesis."""

import base64
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from hypothesis import strategies as st

MEGABYTE = "x" * 1_000_000
TEXTS: list[str | bytes] = [
    "\x00",
    "a\x00b",
    "\ud800".encode("utf-8", "surrogatepass"),
    b"\xff\xfe\xc3\x28",
    "\u202e\u0007\r\nSet-Cookie: x=1",
    "name\r\nBcc: everybody@example.org\r\n\r\nbody",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% load x %}",
    "../../../../etc/passwd",
    "٣" * 30,
    "²",
    "9" * 30,
    "9" * 5000,
    "-1",
    "0",
    "1e999",
    "NaN",
    "None",
    "true",
    "[]",
    '{"a": {"__class__": 1}}',
    "0001-01-01",
    "9999-12-31T23:59",
    "2026-02-30",
    "99999-01-01",
    "NCT" + "9" * 20,
    "\U0001f9ec" * 400,
    "a\u0301" * 200,
    "%" * 50,
    "%00",
    "& | ! ( ) : * <-> \\",
    "x" * 9000,
    "00000000-0000-0000-0000-000000000000",
    "=cmd|' /C calc'!A0",
    "",
]
PARAMETERS = [
    *("q", "status", "phase", "condition", "therapy", "age", "sex", "zip", "within", "sort"),
    *("page", "page_size", "format", "id", "next", "utm_source", "[]", "__proto__"),
    *("p", "show", "state", "trial", "ordering", "locale", "export", "per_page", "tag"),
    *("collection_id", "filename", "search", "fields", "limit", "offset", "is_active", "mode"),
    *("groups", "date_from", "date_to", "user", "action", "content_type", "child_of", "type"),
]
METHODS = ["GET"] * 6 + ["HEAD"] + ["POST"] * 5 + ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
METHODS += ["PROPFIND", "get", "X" * 99]
HEADERS = {
    "HTTP_ACCEPT": ["application/json", "*/*;q=" + "9" * 400, "\x80"],
    "HTTP_ACCEPT_LANGUAGE": ["\x80" * 10, "en;q=" + "9" * 400, ",".join(["xx"] * 999), "../en"],
    "HTTP_COOKIE": ["csrftoken=" + "x" * 4000, "django_language=../../x", "messages=\x00;;=="],
    "HTTP_HOST": ["evil.example", "localhost:99999999", "[::1", "a" * 300, "localhost\r\nx: y"],
    "HTTP_IF_NONE_MATCH": ["*", '"' * 500],
    "HTTP_IF_MODIFIED_SINCE": ["Sun, 99 Foo 0000 99:99:99 GMT"],
    "HTTP_RANGE": ["bytes=9-1,-", "bytes=-" + "9" * 400],
    "HTTP_ORIGIN": ["null", "https://evil.example", "\x80"],
    "HTTP_REFERER": ["http://[", "\x80", "https://" + "x" * 5000],
    "HTTP_SEC_FETCH_MODE": ["navigate", "\x80"],
    "HTTP_X_REQUESTED_WITH": ["XMLHttpRequest"],
    "HTTP_X_FORWARDED_FOR": ["\x00, ::, 1.2.3.4.5"],
    "HTTP_X_FORWARDED_HOST": ["evil.example"],
    "HTTP_X_FORWARDED_PROTO": ["https, http"],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["DELETE"],
    "HTTP_ACCEPT_ENCODING": ["br;q=, gzip;q=x"],
    "HTTP_USER_AGENT": ["\x80\x00" * 99, "x" * 9000],
    "CONTENT_LENGTH": ["-1", "9" * 5000, "\u00b2", "0x10", ""],
}
FORM = "application/x-www-form-urlencoded"
Text = str | bytes


@dataclass
class HostileRequest:
    """What the test client is told to send."""

    method: str
    path: str
    query: str = ""
    content_type: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        where = f"{self.method} {self.path[:90]}?{self.query[:150]}"
        return f"{where} {self.headers} {self.content_type} {self.body[:200]!r}"


texts = st.one_of(
    st.sampled_from(TEXTS),
    st.text(max_size=40),
    st.binary(max_size=40),
    st.integers(-(10**40), 10**40).map(str),
    st.dates().map(str),
)


@st.composite
def paths(draw: Callable, known: list[str]) -> str:
    """Return a known address, often with one of its parts replaced or something added."""
    path = draw(st.sampled_from(known))
    kind = draw(st.integers(0, 5))
    parts = path.split("/")
    if kind == 1 and len(parts) > 2:
        place = draw(st.integers(1, len(parts) - 2))
        parts[place] = quote(draw(texts), safe="")
        return "/".join(parts)
    if kind == 2:
        return path + quote(draw(texts)) + draw(st.sampled_from(["", "/"]))
    return path


@st.composite
def bodies(draw: Callable, names: list[str]) -> tuple[str, bytes]:
    """Return a content type and a body: the form's own fields, filled in badly."""
    size = draw(st.integers(0, 8))
    fields = [(draw(st.sampled_from(names or ["x"])), draw(texts)) for _ in range(size)]
    if draw(st.integers(0, 9)) == 0:
        fields.append((draw(st.sampled_from(names or ["x"])), MEGABYTE))
    if draw(st.integers(0, 19)) == 0:
        fields += [(f"field{number}", "x") for number in range(2000)]
    kind = draw(st.sampled_from(["form", "form", "multipart", "base64", "broken", "json", "raw"]))
    if kind == "form":
        charset = draw(st.sampled_from(["", "; charset=utf-16", "; charset=none", "; charset="]))
        return FORM + charset, _urlencoded(fields)
    if kind == "json":
        return "application/json", draw(st.sampled_from([b'{"a": "\\u0000"}', b"[" * 2000, b"{"]))
    if kind == "raw":
        alphabet = string.ascii_letters + "/;= "
        return draw(st.text(alphabet=alphabet, max_size=30)), draw(st.binary(max_size=200))
    body = _multipart(fields, as_base64=kind == "base64")
    if kind == "broken":
        body = body[: draw(st.integers(0, len(body)))]
        boundary = draw(st.sampled_from(["boundary=b", "", "boundary=", "boundary=" + "b" * 300]))
        return f"multipart/form-data; {boundary}", body
    return "multipart/form-data; boundary=b", body


@st.composite
def requests(
    draw: Callable, known: list[str], fields_of: Callable[[str], list[str]]
) -> HostileRequest:
    """Return one request to one of the known addresses."""
    request = HostileRequest(draw(st.sampled_from(METHODS)), draw(paths(known)))
    pairs = draw(st.lists(st.tuples(st.sampled_from(PARAMETERS), texts), max_size=4))
    request.query = "&".join(f"{name}={quote(value)}" for name, value in pairs)
    if draw(st.integers(0, 3)) == 0:
        name = draw(st.sampled_from([*HEADERS]))
        request.headers[name] = draw(st.sampled_from(HEADERS[name]))
    if request.method in {"POST", "PUT", "PATCH"}:
        request.content_type, request.body = draw(bodies(fields_of(request.path)))
    return request


def _urlencoded(fields: list[tuple[str, Text]]) -> bytes:
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in fields).encode()


def _multipart(fields: list[tuple[str, Text]], *, as_base64: bool) -> bytes:
    lines = []
    for name, value in fields:
        data = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
        header = f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n'.encode()
        if as_base64:
            header += b"Content-Transfer-Encoding: base64\r\n"
            data = base64.b64encode(data)
        lines.append(header + b"\r\n" + data + b"\r\n")
    return b"".join(lines) + b"--b--\r\n"
