"""The pure parts of the benchmark. How fast anything is, no test asserts."""

import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from django.core.management import CommandError, call_command

from clinic.bench.context import BenchContext
from clinic.bench.load import Load, UnexpectedAnswer, answer_size, run, run_processes, total
from clinic.bench.report import Report, format_table, median, percentile, shown
from clinic.bench.server import Server

BODY = b"x" * 5000
HEAD = b"HTTP/1.1 %b\r\nServer: tiny\r\nContent-Length: 5000\r\n\r\n"


class TinyHandler(socketserver.BaseRequestHandler):
    """Answers every request in two pieces; what the path says decides how."""

    request: socket.socket

    def handle(self) -> None:
        number = 0
        while request := self.request.recv(4096):
            number += 1
            if b"GET /gone" in request:
                return
            busy = b"GET /busy" in request and number % 2 == 0
            answer = HEAD % (b"503 Busy" if busy else b"200 OK") + BODY
            self.request.sendall(answer[:20])
            self.request.sendall(answer[20:])


class TinyServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@pytest.fixture
def port() -> Iterator[int]:
    with TinyServer(("127.0.0.1", 0), TinyHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def load(port: int, path: str = "/", *, connections: int = 4, most: int = 40) -> Load:
    return run("127.0.0.1", port, path, connections=connections, seconds=30, most=most)


def test_load__counts_each_answer_once(port: int) -> None:
    found = load(port)
    assert (found.requests, found.failures) == (40, 0)
    assert found.bytes == 40 * len(HEAD % b"200 OK" + BODY)
    assert len(found.milliseconds) == 40
    assert found.rate == pytest.approx(40 / found.seconds)


def test_load__counts_refusals_as_failures(port: int) -> None:
    found = load(port, "/busy", connections=1, most=10)
    assert (found.requests, found.failures) == (10, 5)


def test_load__opens_no_more_connections_than_requests(port: int) -> None:
    assert load(port, connections=50, most=3).requests == 3


def test_load__ends_when_time_is_over(port: int) -> None:
    found = run("127.0.0.1", port, "/", connections=2, seconds=0, most=1000)
    assert found.requests == 2


def test_load__says_when_the_server_hangs_up(port: int) -> None:
    with pytest.raises(UnexpectedAnswer, match="closed"):
        load(port, "/gone")


def test_load__goes_to_this_machine_only() -> None:
    with pytest.raises(ValueError, match="this machine"):
        run("192.0.2.1", 80, "/", connections=1, seconds=1, most=1)


def test_several_processes__are_added_up(port: int) -> None:
    found = run_processes("127.0.0.1", port, "/", processes=2, connections=2, seconds=30, most=10)
    assert (found.requests, found.failures) == (20, 0)


def test_total__takes_the_longest_time() -> None:
    both = total([Load(2, 1, 10, 3.0, [1.0, 2.0]), Load(4, 0, 20, 2.0, [3.0])])
    assert both == Load(6, 1, 30, 3.0, [1.0, 2.0, 3.0])
    assert both.rate == 2.0


def test_nothing__has_no_rate() -> None:
    assert Load().rate == 0


@pytest.mark.parametrize(
    ("received", "size"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Le", None),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nabc", 45),
        (b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length:0\r\n\r\n", 43),
    ],
)
def test_answer_size__comes_from_the_head(received: bytes, size: int | None) -> None:
    assert answer_size(received) == size


def test_answer_size__refuses_what_has_no_length() -> None:
    with pytest.raises(UnexpectedAnswer):
        answer_size(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nContent-Length: 3\r\n")


@pytest.mark.parametrize(
    ("share", "value"), [(0, 1), (0.2, 1), (0.21, 2), (0.5, 3), (0.95, 5), (1, 5)]
)
def test_percentile__is_the_nearest_rank(share: float, value: int) -> None:
    assert percentile([5, 3, 1, 4, 2], share) == value


def test_median__is_one_of_the_values() -> None:
    assert median([10, 1, 2, 3]) == 2


def test_percentile__of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


@pytest.mark.parametrize(
    ("cell", "text"),
    [(12345, "12,345"), (7, "7"), (1234.6, "1,235"), (99.94, "99.9"), (1.234, "1.23"), ("a", "a")],
)
def test_cells__show_what_means_something(cell: str | int | float, text: str) -> None:
    assert shown(cell) == text


def test_table__has_straight_columns_and_numbers_to_the_right() -> None:
    table = format_table(["page", "bytes"], [["home", 1234], ["search page", 5]])
    assert table.splitlines() == [
        "page         bytes",
        "-----------  -----",
        "home         1,234",
        "search page      5",
    ]


def test_table_without_rows__is_its_header() -> None:
    assert format_table(["a", "b"], []) == "a  b\n-  -"


def test_table__refuses_a_row_that_lacks_a_cell() -> None:
    with pytest.raises(ValueError, match="cell"):
        format_table(["a", "b"], [["only one"]])


def test_report__says_each_thing_at_once() -> None:
    said: list[str] = []
    report = Report(said.append)
    report.section("Weight")
    report.table(["a"], [[1]])
    report.note("Done.")
    assert said == ["\nWeight\n======", "a\n-\n1", "Done."]


def test_workers__are_told_with_their_memory() -> None:
    """One child stands for the workers, another for Python's helper beside them."""
    here = psutil.Process()
    code = "import sys; sys.stdin.read()"
    before = len(Server(0, here).worker_megabytes())
    started = [
        subprocess.Popen([sys.executable, "-c", code, name], stdin=subprocess.PIPE)
        for name in ("worker", "resource_tracker")
    ]
    try:
        found = Server(0, here).worker_megabytes()
        assert len(found) == before + 1
        assert all(megabytes > 0 for megabytes in found)
    finally:
        for process in started:
            process.communicate()


class TestSections:
    def test_all_are_measured_unless_some_are_named(self, tmp_path: Path) -> None:
        context = BenchContext(Report(print), "127.0.0.1", 1, tmp_path, rows=1)
        assert context.wants("sync")
        one = replace(context, sections=frozenset({"search"}))
        assert one.wants("search")
        assert not one.wants("sync")

    def test_an_unknown_section_is_one_sentence(self) -> None:
        with pytest.raises(CommandError, match=r"no section nonsense; there are weight, .*search"):
            call_command("bench", "nonsense", "sync")
