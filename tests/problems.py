"""Look at every error that any test gets from a server of ours: it has the one shape, and gives nothing away."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import httpx2
import pytest

CANARY = "canary-Qx7"
_NEVER = ("SELECT ", "INSERT INTO", "UPDATE ", "sqlite3", "psycopg", "sqlalchemy", "Traceback", "site-packages", "/src/", CANARY)
_OURS = b"x-request-id"


@contextmanager
def watched() -> Iterator[None]:
    """Check each answer that a client of this process gets, until the end of the block."""
    with pytest.MonkeyPatch.context() as patched:
        send, send_async = httpx2.Client.send, httpx2.AsyncClient.send

        @wraps(send)
        def checked(client: httpx2.Client, request: httpx2.Request, **how: Any) -> httpx2.Response:
            answer = send(client, request, **how)
            must_be_told_well(answer, streamed=how.get("stream", False))
            return answer

        @wraps(send_async)
        async def checked_async(client: httpx2.AsyncClient, request: httpx2.Request, **how: Any) -> httpx2.Response:
            answer = await send_async(client, request, **how)
            must_be_told_well(answer, streamed=how.get("stream", False))
            return answer

        patched.setattr(httpx2.Client, "send", checked)
        patched.setattr(httpx2.AsyncClient, "send", checked_async)
        yield


def must_be_told_well(answer: httpx2.Response, *, streamed: bool) -> None:
    """Check an error that carries our request id; answers of pretended servers carry none, and streams aren't read here."""
    if answer.status_code < 400 or streamed or answer.request.method == "HEAD" or _OURS.decode() not in answer.headers:
        return
    told = answer.json()
    assert answer.headers["content-type"] == "application/json", answer.headers
    assert told["code"] == answer.status_code, told
    assert told["message"].strip(), told
    assert told["request_id"] == answer.headers["x-request-id"], told
    key = answer.request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    for secret in (*_NEVER, *([key] if len(key) > 8 else [])):
        assert secret not in answer.text, (answer.request.method, str(answer.request.url), secret)
