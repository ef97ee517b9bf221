"""A mail server on a port of this machine that behaves as badly as it is told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """Where it listens and what it accepted."""

    port: int = 0
    accepted: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)


@contextmanager
def mail_server(
    refuse: dict[str, str] | None = None, hang_at: str = "", port: int = 0
) -> Iterator[MailServer]:
    """Yield a server that answers ``refuse``'s commands so, and falls silent at ``hang_at``."""
    server = MailServer()
    refuse = refuse or {}

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            if hang_at == "CONNECT":
                server.release.wait(30)
                return
            self.say("220 test")
            for raw in self.rfile:
                command = raw.decode().strip().partition(" ")[0].upper()
                if command == "MAIL":
                    server.senders.append(raw.decode().partition("<")[2].partition(">")[0])
                if command == hang_at:
                    server.release.wait(30)
                    return
                if command in refuse:
                    self.say(refuse[command])
                elif command == "DATA":
                    self.say("354 go on")
                    server.accepted.append(self.read_data())
                    self.say("250 kept")
                elif command == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 fine")

        def read_data(self) -> str:
            lines = []
            for raw in self.rfile:
                if raw == b".\r\n":
                    break
                lines.append(raw.decode())
            return "".join(lines)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", port), Handler) as tcp:
        server.port = tcp.server_address[1]
        threading.Thread(target=tcp.serve_forever, daemon=True).start()
        yield server
        server.release.set()
        tcp.shutdown()
