"""Messages that are hardly HTTP leave the server alive, and a refusal needs no byte of a body."""

import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.server import BASE, Served

GOOD = (
    b"POST " + BASE.encode() + b"/compounding/trigger HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n"
)
SPOILED = (
    b"", b"\r\n\r\n", b"\0" * 100, b"GET", b"GET / HTTP/9.9\r\n\r\n", b"GET  /  HTTP/1.1\r\n\r\n", b"G\0T / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5_000 + b"\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET http://elsewhere/ HTTP/1.1\r\nHost: elsewhere\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /%2e%2e/%2e%2e/etc HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\nHost: x\n\n", b"GET / HTTP/1.1\r\n folded: x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
    b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"GET / HTTP/1.1\r\nAuthorization: Bearer \xff\xfe\r\n\r\n", b"CONNECT x:1 HTTP/1.1\r\n\r\n",
)  # fmt: skip


def talk(served: Served, sent: bytes, *, timeout_s: float = 2.0) -> bytes:
    """Send bytes, say that no more come, and return the answer."""
    place = urlsplit(served.url)
    assert place.hostname
    assert place.port
    with socket.create_connection((place.hostname, place.port), timeout=timeout_s) as there, suppress(ConnectionError):
        there.sendall(sent)
        there.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: there.recv(65_536), b""))
    return b""


def spoiled(times: int) -> Iterator[bytes]:
    """Cut, double and change bytes of messages."""
    dice = random.Random(11)
    for _ in range(times):
        message = bytearray(dice.choice((GOOD + b'{"job_type": "metrics"}  ', *SPOILED)))
        for _ in range(dice.randrange(4)):
            if message:
                at = dice.randrange(len(message))
                message[at : at + dice.randrange(3)] = dice.choice((b"", b"\0", b"\r\n", b":", bytes([dice.randrange(256)])))
        yield bytes(message[: dice.randrange(len(message) + 1)] if dice.random() < 0.3 else message)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("times", [pytest.param(150, id="short"), pytest.param(2_000, id="long", marks=pytest.mark.slow)])
def test_malformed_messages_leave_the_server_alive(served: Served, times: int) -> None:
    for message in (*SPOILED, *spoiled(times)):
        answer = talk(served, message)
        assert not answer.startswith(b"HTTP/1.1 5"), (message[:200], answer[:300])
    assert httpx2.get(served.url + "/healthz").status_code == 200


def test_half_open_connections_hold_up_nobody(served: Served) -> None:
    place = urlsplit(served.url)
    assert place.hostname
    assert place.port
    held = [socket.create_connection((place.hostname, place.port)) for _ in range(100)]
    for there in held[:50]:
        there.sendall(GOOD[:40])
    assert httpx2.get(served.url + "/healthz", timeout=2).status_code == 200
    for there in held:
        there.close()


def test_a_refusal_needs_no_byte_of_the_body(served: Served) -> None:
    place = urlsplit(served.url)
    assert place.hostname
    assert place.port
    with socket.create_connection((place.hostname, place.port), timeout=2) as there:
        there.sendall(GOOD)
        answer = there.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"www-authenticate: Bearer" in answer
