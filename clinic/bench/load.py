"""A small load generator: keep-alive connections, bounded in time and number, loopback only.

Each process waits for its connections with one selector and sends the next request on a connection
when the answer is complete, as a browser would. No Django here: processes start in a blink.
"""

import multiprocessing
import re
import selectors
import socket
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from ipaddress import ip_address
from time import perf_counter

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_SILENCE_SECONDS = 5.0
_AT_ONCE = 1 << 18


class UnexpectedAnswer(RuntimeError):
    """The server said something that this generator does not read."""


@dataclass
class Load:
    """What was answered, and how long each answer took (milliseconds)."""

    requests: int = 0
    failures: int = 0
    bytes: int = 0
    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list, repr=False)

    @property
    def rate(self) -> float:
        """Return the answers of a second."""
        return self.requests / self.seconds if self.seconds else 0.0


def request_bytes(host: str, port: int, path: str) -> bytes:
    """Return a browser's GET request for a compressed page."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", "Accept-Encoding: br", "", ""]
    return "\r\n".join(lines).encode("ascii")


def answer_size(received: bytes) -> int | None:
    """Return how many bytes the answer that starts here has; None when its head is incomplete.

    Raises UnexpectedAnswer for one without a length.
    """
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    match = _LENGTH.search(received, 0, end + 2)
    if match is None:
        raise UnexpectedAnswer("An answer without Content-Length.")
    return end + 4 + int(match[1])


class _Connection:
    """One connection and the answer that it waits for."""

    def __init__(self, address: tuple[str, int], request: bytes) -> None:
        self.socket = socket.create_connection(address, timeout=_SILENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request

    def ask(self) -> None:
        self.received = b""
        self.size: int | None = None
        self.asked_at = perf_counter()
        self.socket.sendall(self.request)

    def read(self) -> bool:
        """Take what has arrived; return whether the answer is complete."""
        chunk = self.socket.recv(_AT_ONCE)
        if not chunk:
            raise UnexpectedAnswer("The server closed a connection.")
        self.received += chunk
        if self.size is None:
            self.size = answer_size(self.received)
        return self.size is not None and len(self.received) >= self.size


def run(host: str, port: int, path: str, *, connections: int, seconds: float, most: int) -> Load:
    """Ask for one page until the time is over or ``most`` answers came; return what happened.

    Raises ValueError for a host that is not this machine.
    """
    if not ip_address(host).is_loopback:
        raise ValueError("Load goes to this machine only.")
    request = request_bytes(host, port, path)
    load = Load()
    with selectors.DefaultSelector() as selector:
        opened = [_Connection((host, port), request) for _ in range(min(connections, most))]
        try:
            for connection in opened:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            started = perf_counter()
            for connection in opened:
                connection.ask()
            _answer(selector, load, asked=len(opened), most=most, deadline=started + seconds)
            load.seconds = perf_counter() - started
        finally:
            for connection in opened:
                connection.socket.close()
    return load


def _answer(
    selector: selectors.BaseSelector, load: Load, *, asked: int, most: int, deadline: float
) -> None:
    waiting = asked
    while waiting:
        ready = selector.select(_SILENCE_SECONDS)
        if not ready:
            raise UnexpectedAnswer("The server fell silent.")
        for key, _ in ready:
            connection: _Connection = key.data
            if not connection.read():
                continue
            now = perf_counter()
            load.requests += 1
            load.failures += not connection.received.startswith(b"HTTP/1.1 200")
            load.bytes += len(connection.received)
            load.milliseconds.append((now - connection.asked_at) * 1000)
            if asked < most and now < deadline:
                asked += 1
                connection.ask()
            else:
                waiting -= 1


def run_processes(
    host: str,
    port: int,
    path: str,
    *,
    processes: int,
    connections: int,
    seconds: float,
    most: int,
) -> Load:
    """Run that many generators side by side and return their sum."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        # Without this the first process would be at work while the others still start.
        list(pool.map(_started, range(processes)))
        futures = [
            pool.submit(run, host, port, path, connections=connections, seconds=seconds, most=most)
            for _ in range(processes)
        ]
        return total([future.result() for future in futures])


def _started(number: int) -> int:
    return number


def total(loads: Sequence[Load]) -> Load:
    """Return the sum of loads that ran at the same time."""
    return Load(
        requests=sum(load.requests for load in loads),
        failures=sum(load.failures for load in loads),
        bytes=sum(load.bytes for load in loads),
        seconds=max(load.seconds for load in loads),
        milliseconds=[value for load in loads for value in load.milliseconds],
    )
