"""Receive webhooks on a real socket, and misbehave as told."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

Behave = Callable[[int], tuple[int, dict[str, str], float]]
"""Say for the n-th request: status, headers, and how many seconds to stall first."""


@dataclass
class Received:
    """Hold one request."""

    headers: Mapping[str, str]
    body: str
    at: float
    status: int

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        return Webhook(secret).verify(self.body, dict(self.headers))


@dataclass
class Receiver:
    """Hold what came, and how to answer."""

    behave: Behave
    url: str = ""
    said: bytes = b""
    requests: list[Received] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def taken(self) -> list[Received]:
        """Return what was answered with success."""
        with self.lock:
            return [one for one in self.requests if 200 <= one.status < 300]


def well(n: int) -> tuple[int, dict[str, str], float]:
    """Answer as one should."""
    return 204, {}, 0.0


def always(status: int, **headers: str) -> Behave:
    """Answer the same each time."""
    return lambda n: (status, {name.replace("_", "-"): value for name, value in headers.items()}, 0.0)


@contextmanager
def receiving(behave: Behave = well) -> Iterator[Receiver]:
    """Listen on a free port until the end of the block."""
    receiver = Receiver(behave)

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            with receiver.lock:
                status, headers, stall_s = receiver.behave(len(receiver.requests))
                received = {name.lower(): value for name, value in self.headers.items()}
                receiver.requests.append(Received(received, body, time.monotonic(), status if not stall_s else 0))
            time.sleep(stall_s)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # the one who asked may have left
                self.wfile.write(receiver.said)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def until(true: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait until something is true; say whether it became so."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
