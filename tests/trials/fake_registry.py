"""A registry that speaks real HTTP on loopback and misbehaves on demand."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class FakeRegistry:
    """Answers by path; ``faults`` are answered first, one a request."""

    studies: list[dict[str, Any]] = field(default_factory=list)
    page_size: int = 2
    # None lets one request pass.
    faults: list[Callable[[BaseHTTPRequestHandler], None] | None] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    repeat_token: bool = False
    not_found_by_search: set[str] = field(default_factory=set)
    has_etags: bool = False
    timestamp: str = "2026-11-20T09:00:05"
    # Page tokens begin with this word; those of another are refused, as forgotten.
    token_word: str = ""
    url: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.requests.append(handler.path)
        self.agents.append(handler.headers["User-Agent"])
        fault = self.faults.pop(0) if self.faults else None
        if fault:
            fault(handler)
            return
        parts = urlsplit(handler.path)
        if parts.path.endswith("/version"):
            send(handler, {"apiVersion": "2.0.5", "dataTimestamp": self.timestamp})
        elif parts.path.endswith("/studies"):
            self._page(handler, parse_qs(parts.query))
        else:
            self._study(handler, parts.path.rsplit("/", 1)[1])

    def _page(self, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
        token = query.get("pageToken", [f"{self.token_word}0"])[0]
        if not token.startswith(self.token_word):
            send(handler, {"message": "unknown page token"}, status=400)
            return
        studies = self._asked_for(query)
        start = int(token.removeprefix(self.token_word))
        end = start + self.page_size
        answer: dict[str, Any] = {"studies": studies[start:end]}
        if end < len(studies):
            answer["nextPageToken"] = f"{self.token_word}{start if self.repeat_token else end}"
        etag = f'"{hashlib.sha256(json.dumps(answer).encode()).hexdigest()}"'
        if not self.has_etags:
            send(handler, answer)
        elif handler.headers["If-None-Match"] == etag:
            handler.send_response(304)
            handler.end_headers()
        else:
            send(handler, answer, ETag=etag)

    def _asked_for(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        """Return the studies of ``filter.ids``, or all that a search does not hide."""
        if "filter.ids" in query:
            ids = query["filter.ids"][0].split(",")
            return [study for study in self.studies if nct_id_of(study) in ids]
        return [study for study in self.studies if nct_id_of(study) not in self.not_found_by_search]

    def _study(self, handler: BaseHTTPRequestHandler, key: str) -> None:
        for study in self.studies:
            module = study["protocolSection"]["identificationModule"]
            if module["nctId"] == key:
                return send(handler, study)
            if key in module.get("nctIdAliases", []):
                return redirect(handler, f"/api/v2/studies/{module['nctId']}")
        return send(handler, {"message": "not found"}, status=404)


def nct_id_of(study: dict[str, Any]) -> str:
    """Return the NCT id of a study as the registry keeps it."""
    return str(study["protocolSection"]["identificationModule"]["nctId"])


def send(handler: BaseHTTPRequestHandler, value: Any, status: int = 200, **headers: str) -> None:
    """Answer with JSON."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    handler.send_response(status)
    for name, text in headers.items():
        handler.send_header(name.replace("_", "-"), text)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def redirect(handler: BaseHTTPRequestHandler, path: str) -> None:
    """Answer 301, as the registry does for a former id."""
    handler.send_response(301)
    handler.send_header("Location", path)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def fails(status: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return a fault that answers with a status."""
    return lambda handler: send(handler, {"message": "no"}, status, **headers)


def answers(value: Any) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return an answer to be given once."""
    return lambda handler: send(handler, value)


def cut_short(handler: BaseHTTPRequestHandler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"studies": [')


def half_json(handler: BaseHTTPRequestHandler) -> None:
    """Send JSON that stops in the middle."""
    send(handler, b'{"studies": [{"protocolSection"')


def drips(handler: BaseHTTPRequestHandler) -> None:
    """Send a valid answer byte by byte, each in time, for as long as somebody listens."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" ")
            time.sleep(0.01)
    except OSError:
        pass


def says(body: bytes, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return a fault that sends any bytes as any kind of content."""
    return lambda handler: send(handler, body, **headers)


def leads_to(address: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return a fault that sends the client elsewhere."""
    return lambda handler: redirect(handler, address)


@contextmanager
def fake_registry(**values: Any) -> Iterator[FakeRegistry]:
    """Run a fake registry for the length of the block."""
    registry = FakeRegistry(**values)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            registry.answer(self)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    registry.url = f"http://127.0.0.1:{server.server_port}/api/v2/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
