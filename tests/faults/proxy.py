"""A TCP proxy that behaves as badly as it is told to, in front of a server of this machine."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import sleep

Address = str | tuple[str, int]  # of a Unix socket, or host and port
_CHUNK = 1 << 14


@dataclass
class FaultProxy:
    """Passes everything on until a fault is set; ``heal`` ends it.

    Faults: ``refuse`` (nobody listens, open connections are cut), ``hang`` (connections are taken
    and nothing is said), ``cut`` (each connection is cut at the next bytes that the server says),
    ``delay`` (seconds before each piece), ``drip`` (seconds before each single byte) and
    ``throttle`` (bytes a second).
    """

    target: Address
    port: int = 0
    fault: str = ""
    amount: float = 0.0
    # Bytes that the client has to say, in this order; then the server's answer is lost, once.
    cut_after: list[bytes] = field(default_factory=list)
    cuts: int = 0
    _listener: socket.socket | None = None
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _healed: threading.Event = field(default_factory=threading.Event)

    def set(self, fault: str, amount: float = 0.0) -> None:
        """Begin a fault, for open connections too."""
        self._healed.clear()
        self.fault, self.amount = fault, amount
        if fault == "refuse":
            self._stop_listening()
            self._cut_all()

    def heal(self) -> None:
        """Pass everything on again; what hung goes on."""
        self.fault, self.cut_after = "", []
        self._healed.set()
        if self._listener is None:
            self.listen()

    def listen(self) -> None:
        """Take connections on the port, a free one at first."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def close(self) -> None:
        """End everything."""
        self._stop_listening()
        self._cut_all()
        self._healed.set()

    def _stop_listening(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _cut_all(self) -> None:
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _cut(connection)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        family = socket.AF_UNIX if isinstance(self.target, str) else socket.AF_INET
        server = socket.socket(family)
        with self._lock:
            self._open |= {client, server}
        try:
            self._wait_while_hanging()
            server.connect(self.target)
            lost = threading.Event()
            back = threading.Thread(
                target=self._pump, args=(server, client, lost, True), daemon=True
            )
            back.start()
            self._pump(client, server, lost, False)
            back.join()
        except OSError:
            _cut(client)
        finally:
            with self._lock:
                self._open -= {client, server}
            client.close()
            server.close()

    def _pump(
        self,
        source: socket.socket,
        target: socket.socket,
        lost: threading.Event,
        is_answer: bool,
    ) -> None:
        """Pass on what one side says; ``lost`` is set once the answer must not arrive."""
        try:
            while data := source.recv(_CHUNK):
                self._wait_while_hanging()
                if not is_answer and self._was_the_last_word(data):
                    lost.set()
                if is_answer and (lost.is_set() or self.fault == "cut"):
                    self.cuts += 1
                    _cut(target)
                    _cut(source)
                    return
                self._send(target, data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            _cut(source)
            _cut(target)

    def _was_the_last_word(self, data: bytes) -> bool:
        waited_for = bool(self.cut_after)
        while self.cut_after and self.cut_after[0] in data:
            self.cut_after = self.cut_after[1:]
        return waited_for and not self.cut_after

    def _send(self, target: socket.socket, data: bytes) -> None:
        if self.fault == "delay":
            sleep(self.amount)
        size = {"drip": 1, "throttle": max(1, int(self.amount / 10))}.get(self.fault, len(data))
        for start in range(0, len(data), size):
            target.sendall(data[start : start + size])
            if self.fault in {"drip", "throttle"}:
                sleep(self.amount if self.fault == "drip" else 0.1)

    def _wait_while_hanging(self) -> None:
        while self.fault == "hang":
            self._healed.wait()


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def fault_proxy(target: Address) -> Iterator[FaultProxy]:
    """Yield a proxy in front of a server."""
    proxy = FaultProxy(target)
    proxy.listen()
    try:
        yield proxy
    finally:
        proxy.close()
