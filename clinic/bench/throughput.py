"""A warm page against a constant response of the same bytes: same server, workers and load."""

import json
import os
from dataclasses import dataclass, field

from clinic.bench.context import CONSTANT_ANSWER, BenchContext
from clinic.bench.load import Load, run_processes, total
from clinic.bench.report import median, percentile
from clinic.bench.server import HOST, Server, serving

ROUNDS = 3
SECONDS = 3.0
CONNECTIONS = 16
MOST = 200_000
# The server adds these itself.
_OWN_HEADERS = {"date", "server", "connection", "transfer-encoding", "content-length"}


@dataclass
class _Contestant:
    name: str
    server: Server
    path: str
    loads: list[Load] = field(default_factory=list)
    cpu_seconds: float = 0.0

    def run(self, seconds: float, *, counts: bool = True) -> None:
        before = self.server.cpu_seconds()
        load = run_processes(
            HOST,
            self.server.port,
            self.path,
            processes=os.cpu_count() or 1,
            connections=CONNECTIONS,
            seconds=seconds,
            most=MOST,
        )
        if counts:
            self.loads.append(load)
            self.cpu_seconds += self.server.cpu_seconds() - before

    @property
    def rate(self) -> float:
        return median([load.rate for load in self.loads])

    @property
    def cpu_microseconds(self) -> float:
        return self.cpu_seconds * 1e6 / sum(load.requests for load in self.loads)

    def row(self) -> list[str | int | float]:
        together = total(self.loads)
        return [
            self.name,
            round(self.rate),
            median(together.milliseconds),
            percentile(together.milliseconds, 0.99),
            self.cpu_microseconds,
            together.failures,
        ]


def measure(context: BenchContext, site: Server, path: str, workers: int) -> None:
    """Report both rates in turns, so that a noisy neighbour disturbs both."""
    response, body = site.get(path)
    headers = [pair for pair in response.getheaders() if pair[0].lower() not in _OWN_HEADERS]
    answer = context.directory / "constant.body"
    answer.write_bytes(body)
    answer.with_suffix(".json").write_text(
        json.dumps([*headers, ("Content-Length", str(len(body)))])
    )
    application = "clinic.bench.constant:application"
    with serving(
        application=application, workers=workers, **{CONSTANT_ANSWER: str(answer)}
    ) as peer:
        contestants = [_Contestant("constant", peer, path), _Contestant("page", site, path)]
        for contestant in contestants:
            contestant.run(1.0, counts=False)
        for _ in range(ROUNDS):
            for contestant in contestants:
                contestant.run(SECONDS)
    context.report.table(
        ["", "answers/s", "median ms", "p99 ms", "server CPU µs/answer", "failures"],
        [contestant.row() for contestant in contestants],
    )
    base, page = contestants
    context.report.note(
        f"The page: {path}, {len(body):,} bytes compressed. It reaches "
        f"{page.rate / base.rate:.0%} of the constant response's rate and costs "
        f"{page.cpu_microseconds / base.cpu_microseconds:.2f} × its CPU time. "
        f"{workers} workers; {os.cpu_count()} load processes of {CONNECTIONS} keep-alive "
        f"connections on the same machine; median of {ROUNDS} rounds of {SECONDS:.0f} s each."
    )
