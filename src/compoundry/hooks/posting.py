"""Post a message to the address that was checked, follow no redirect, and wait no longer than agreed."""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from compoundry.hooks.addresses import Target

_READ_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold what a receiver answered; status 0 when it didn't, and then `said` says why."""

    status: int
    said: str
    retry_after: str = ""


def post(at: Target, address: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float) -> Reply:
    """Send a message; whatever goes wrong is a reply too.

    `timeout_s` bounds the whole exchange, also with a receiver that sends a byte now and then.
    """
    line = (_Tls if at.scheme == "https" else _Plain)(at, address, timeout_s)
    late = threading.Timer(timeout_s, line.hang_up)
    late.daemon = True
    late.start()
    try:
        line.request("POST", at.path, body=body, headers={"Host": at.authority, **headers})
        answer = line.getresponse()
        said = _storable(answer.read(_READ_BYTES).decode("utf-8", "replace"))
        return _too_late() if line.late else Reply(answer.status, said, answer.headers.get("Retry-After", ""))
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
        return _too_late() if line.late else Reply(0, _storable(f"{type(error).__name__}: {error}"[:200]))
    finally:
        late.cancel()
        line.close()


def _too_late() -> Reply:
    return Reply(0, "no answer in time")


def _storable(said: str) -> str:
    """Replace what PostgreSQL can't store in a text."""
    return said.replace("\0", "\ufffd")


class _Plain(http.client.HTTPConnection):
    """Connect to one address, whatever the name says by now."""

    def __init__(self, at: Target, address: str, timeout_s: float) -> None:
        super().__init__(at.host, at.port, timeout=timeout_s)
        self._address = address
        self.late = False

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)

    def hang_up(self) -> None:
        """End the exchange from outside; the one who reads hears an error."""
        self.late = True
        if self.sock is not None:
            try:
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself


class _Tls(_Plain):
    """The same, encrypted; the certificate must be that of the name."""

    def connect(self) -> None:
        super().connect()
        self.sock = _trust().wrap_socket(self.sock, server_hostname=self.host)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
