"""Say how calls go over HTTP, for the client that waits and the one that doesn't."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2

from compoundry.client.answers import Answer
from compoundry.client.calls import Call
from compoundry.client.errors import ClientError, Misused, Unreachable
from compoundry.client.retries import NotSent

_BASE = "/api/developers"
SILENT_S = 65.0
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


def host(base_url: str) -> str:
    """Return a server's address without the path that every call begins with.

    >>> host("http://127.0.0.1:8787/api/developers/"), host("https://memory.example.com")
    ('http://127.0.0.1:8787', 'https://memory.example.com')
    """
    stripped = base_url.strip().rstrip("/")
    stripped = stripped.removesuffix("/v1").removesuffix(_BASE)
    if urlsplit(stripped).scheme not in ("http", "https") or not urlsplit(stripped).hostname:
        raise Misused(f"not a server's URL: {base_url!r}; use one like http://127.0.0.1:8787")
    return stripped


def headers(api_key: str) -> dict[str, str]:
    """Return what every call carries."""
    if not api_key.isascii() or not api_key.isprintable():
        raise Misused("the API key holds characters that no key has; copy it again")
    key = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    return {**key, "User-Agent": f"compoundry-python/{_version()}"}


def request(call: Call[Any], timeout_s: float) -> dict[str, Any]:
    """Return a call as arguments of httpx; a long poll may take its time."""
    body: dict[str, Any] = {} if call.body is None else {"json": call.body}
    body |= {} if call.content is None else {"content": call.content}
    timeout = httpx2.Timeout(timeout_s, read=timeout_s + call.timeout_s)
    return {"method": call.method, "url": call.path, "params": dict(call.query), "headers": call.headers, "timeout": timeout, **body}


def streaming(call: Call[Any], last_id: str) -> dict[str, Any]:
    """Return what httpx needs to read a stream; it may be silent for two keepalives."""
    resume = {"Last-Event-ID": last_id} if last_id else {}
    return {"method": call.method, "url": call.path, "params": call.query, "headers": {**call.headers, **resume}, "timeout": SILENT_S}


def answer(response: httpx2.Response) -> Answer:
    """Return a response without httpx."""
    return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, response.content)


def translated(error: Exception, base_url: str) -> ClientError:
    """Return an error of httpx as one of ours."""
    if isinstance(error, _NOT_SENT):
        return NotSent(f"{base_url} can't be reached ({error or type(error).__name__}); is the server running?")
    if isinstance(error, httpx2.TimeoutException):
        return Unreachable(f"{base_url} didn't answer in time; try again, or give the client a longer timeout_s")
    return Unreachable(f"the connection to {base_url} broke ({error or type(error).__name__}); try again")


def fresh_key() -> str:
    """Make an idempotency key that nobody has."""
    return str(uuid4())


def new_insight(content: str, entities: Any, more: Mapping[str, Any]) -> dict[str, Any]:
    """Write an insight as the API reads it; a text for an entity is its name."""
    about = [{"name": entity} if isinstance(entity, str) else dict(entity) for entity in entities]
    return {"content": content, "entities": about, **more}


def _version() -> str:
    try:
        return version("compoundry")
    except PackageNotFoundError:
        return "0"
