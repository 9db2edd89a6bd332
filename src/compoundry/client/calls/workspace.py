"""Follow, configure, export and restore a workspace."""

from collections.abc import Sequence
from typing import Any

from compoundry.client.calls.call import PATH, SLOW_S, Call, Given, each, nothing, present, quoted
from compoundry.client.nouns import Body


def events(*, kinds: Sequence[str] = ()) -> Call[Any]:
    """Follow what happens in the workspace."""
    return Call("GET", f"{PATH}/events", nothing, query={"kind": list(kinds)} if kinds else {}, accept="text/event-stream")


def past_events(*, after: str | None, kinds: Sequence[str], limit: int) -> Call[tuple[Body, ...]]:
    """Ask what has happened."""
    query = {**present({"after": after, "limit": limit}), **({"kind": list(kinds)} if kinds else {})}
    return Call("GET", f"{PATH}/events/past", lambda body: each(dict, body["data"]), query=query)


def policy() -> Call[Body]:
    """Ask for all settings of the workspace."""
    return Call("GET", f"{PATH}/policy", dict)


def configure(section: str, settings: Given) -> Call[Body]:
    """Change settings of one section."""
    return Call("PUT", f"{PATH}/policy/{quoted(section)}", dict, body=dict(settings))


def export(*, vectors: bool) -> Call[Any]:
    """Ask for the whole workspace."""
    return Call("GET", f"{PATH}/export", nothing, query={"vectors": str(vectors).lower()}, accept="application/x-ndjson")


def restore(lines: bytes) -> Call[Body]:
    """Send a whole workspace."""
    return Call("POST", f"{PATH}/restore", dict, content=lines, timeout_s=SLOW_S)
