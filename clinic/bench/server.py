"""Serves an application as the demo does, in processes of its own, and knows their CPU time."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse

import psutil
from django.conf import settings

HOST = "127.0.0.1"
_START_LIMIT_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A server on this machine."""

    port: int
    process: psutil.Process

    def get(self, path: str) -> tuple[HTTPResponse, bytes]:
        """Return the answer to one request of a browser, its body as sent."""
        connection = HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Accept-Encoding": "br"})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def cpu_seconds(self) -> float:
        """Return the CPU time that the server and its workers have used."""
        processes = [self.process, *self.process.children(recursive=True)]
        times = [process.cpu_times() for process in processes]
        return sum(entry.user + entry.system for entry in times)

    def worker_megabytes(self) -> list[int]:
        """Return the memory that each of the workers holds (RSS), in MB."""
        found = []
        for process in self.process.children(recursive=True):
            # Python's own helper beside the workers, which has nothing of the application.
            if "resource_tracker" not in " ".join(process.cmdline()):
                found.append(process.memory_info().rss >> 20)
        return found


def free_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(*, application: str, workers: int, **environment: str) -> Iterator[Server]:
    """Serve a WSGI application with `manage.py serve` at the public door until the block ends."""
    port = free_port()
    manage = str(settings.BASE_DIR / "manage.py")
    command = [sys.executable, manage, "serve", f"--port={port}", f"--workers={workers}"]
    values = {"PROCESS": "public", "SITE_URL": f"http://{HOST}:{port}", **environment}
    process = subprocess.Popen([*command, f"--application={application}"], env=os.environ | values)
    server = Server(port, psutil.Process(process.pid))
    try:
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait()


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_LIMIT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.get("/healthz")
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not start.")
