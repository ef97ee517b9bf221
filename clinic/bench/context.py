"""What a room's ``bench(context)`` gets."""

from dataclasses import dataclass
from pathlib import Path

from clinic.bench.report import Report
from clinic.bench.server import Server

CONSTANT_ANSWER = "BENCH_CONSTANT"  # names the file that the peer of the throughput answers with


@dataclass(frozen=True)
class BenchContext:
    """A throw-away site: the demo is loaded, the public door is served."""

    report: Report
    host: str
    port: int
    directory: Path
    rows: int
    records: Path | None = None
    sections: frozenset[str] = frozenset()
    server: Server | None = None

    def wants(self, section: str) -> bool:
        """Return whether a section is to be measured; all of them when none was named."""
        return not self.sections or section in self.sections
