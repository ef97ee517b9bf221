"""The proxy does what its name says: a fault that is none would prove nothing."""

import socket
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from tests.faults.proxy import FaultProxy, fault_proxy


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    """Stand in front of a server that says every line twice."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            for line in lines:
                connection.sendall(line + line)

    def serve() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    with fault_proxy(listener.getsockname()) as proxy:
        yield proxy
    listener.close()


def say(proxy: FaultProxy, words: bytes = b"hello\n", timeout: float = 10) -> bytes:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=timeout) as client:
        client.sendall(words)
        heard = b""
        while len(heard) < 2 * len(words) and (data := client.recv(1000)):
            heard += data
        return heard


def test_no_fault__passes_everything_on(proxy: FaultProxy) -> None:
    assert say(proxy) == b"hello\nhello\n"


def test_refuse__nobody_listens_until_it_is_healed(proxy: FaultProxy) -> None:
    proxy.set("refuse")
    with pytest.raises(ConnectionRefusedError):
        say(proxy)
    proxy.heal()
    assert say(proxy) == b"hello\nhello\n"


def test_hang__takes_the_connection_and_says_nothing(proxy: FaultProxy) -> None:
    proxy.set("hang")
    with pytest.raises(TimeoutError):
        say(proxy, timeout=0.3)


def test_cut__ends_the_connection_before_the_answer(proxy: FaultProxy) -> None:
    proxy.set("cut")
    assert say(proxy) == b""


def test_cut_after__loses_the_answer_to_these_words_once(proxy: FaultProxy) -> None:
    proxy.cut_after = [b"INSERT", b"COMMIT"]
    assert say(proxy, b"COMMIT\n") == b"COMMIT\nCOMMIT\n"
    assert say(proxy, b"INSERT\n") == b"INSERT\nINSERT\n"
    assert say(proxy, b"COMMIT\n") == b""
    assert say(proxy, b"COMMIT\n") == b"COMMIT\nCOMMIT\n"


@pytest.mark.parametrize(("fault", "amount"), [("delay", 0.1), ("drip", 0.02), ("throttle", 50)])
def test_slow__arrives_whole_and_late(proxy: FaultProxy, fault: str, amount: float) -> None:
    proxy.set(fault, amount)
    started = monotonic()
    assert say(proxy) == b"hello\nhello\n"
    assert monotonic() - started >= 0.1  # sleep never ends early
