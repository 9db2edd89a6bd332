"""Stand between a client and a server, and spoil some of what passes."""

import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

Spoil = Callable[[socket.socket, bytes, Callable[[bytes], bytes]], None]

BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
BROKEN = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<h1>Oh no!</h1>"


def _refuse(client: socket.socket, request: bytes, forward: Callable[[bytes], bytes]) -> None:
    """Close without asking the server."""


def _swallow(client: socket.socket, request: bytes, forward: Callable[[bytes], bytes]) -> None:
    """Ask the server, and lose the answer."""
    forward(request)


def _cut(client: socket.socket, request: bytes, forward: Callable[[bytes], bytes]) -> None:
    """Send half of the answer."""
    answer = forward(request)
    client.sendall(answer[: len(answer) // 2])


def _busy(client: socket.socket, request: bytes, forward: Callable[[bytes], bytes]) -> None:
    """Say that the server is busy."""
    client.sendall(BUSY)


def _break_after(client: socket.socket, request: bytes, forward: Callable[[bytes], bytes]) -> None:
    """Ask the server, and answer in HTML."""
    forward(request)
    client.sendall(BROKEN)


SPOILS: tuple[Spoil, ...] = (_refuse, _swallow, _cut, _busy, _break_after)


@contextmanager
def faulty(url: str, *, share: float, seed: int) -> Iterator[str]:
    """Forward each request, and spoil this share of them; give the URL to use."""
    chance = random.Random(seed)
    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                spoil = chance.choice(SPOILS) if chance.random() < share else None
                threading.Thread(target=_pass, args=(client, urlsplit(url), spoil), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()


def _pass(client: socket.socket, server: object, spoil: Spoil | None) -> None:
    with client, suppress(OSError):
        request = _request(client)

        def forward(sent: bytes) -> bytes:
            with socket.create_connection((server.hostname, server.port)) as there:  # type: ignore[attr-defined]
                there.sendall(sent)
                return b"".join(iter(lambda: there.recv(65_536), b""))

        if not request:
            return
        if spoil:
            spoil(client, request, forward)
        else:
            client.sendall(forward(request))


def _request(client: socket.socket) -> bytes:
    """Read one request, and ask the server to close after it."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = client.recv(65_536)
        if not more:
            return b""
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += client.recv(65_536)
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body
