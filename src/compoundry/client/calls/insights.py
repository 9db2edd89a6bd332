"""Learn, read, change and recall insights."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from compoundry.client.calls.call import PATH, Call, Given, each, nothing, present, quoted, spelled
from compoundry.client.nouns import Body, Insight, Learned, Story


def learn(given: Given | Sequence[Given], *, idempotency_key: str) -> Call[Learned]:
    """Send one insight or several."""
    body = dict(given) if isinstance(given, Mapping) else [dict(one) for one in given]
    return Call("POST", f"{PATH}/insights", Learned.read, body=body, idempotency_key=idempotency_key)


def insights(
    *,
    limit: int = 20,
    last: str | None = None,
    since: datetime | str | None = None,
    until: datetime | str | None = None,
    as_of: datetime | str | None = None,
    **filters: str | None,
) -> Call[tuple[Insight, ...]]:
    """Ask for insights, newest first; at most 100."""
    query = {"limit": limit, "last": last, "from": spelled(since), "to": spelled(until), "as_of": spelled(as_of), **filters}
    return Call(
        "GET", f"{PATH}/insights", lambda body: each(Insight.read, body.get("data", body.get("insights", ()))), query=present(query)
    )


def recall(
    query: str, *, limit: int = 10, entity: str | None = None, as_of: datetime | str | None = None, max_tokens: int | None = None
) -> Call[tuple[Insight, ...]]:
    """Ask what is known about a question."""
    asked = {"query": query, "limit": limit, "entity": entity, "as_of": spelled(as_of), "max_tokens": max_tokens}
    return Call("GET", f"{PATH}/recall", lambda body: each(Insight.read, body["data"]), query=present(asked))


def insight(id: str) -> Call[Insight]:
    """Ask for one insight."""
    return Call("GET", _insight(id), Insight.read)


def why(id: str) -> Call[Story]:
    """Ask why an insight is as it is."""
    return Call("GET", f"{_insight(id)}/why", Story.read)


def edit(id: str, values: Given, *, version: int | None) -> Call[Insight]:
    """Change an insight."""
    return Call("PATCH", _insight(id), Insight.read, body=_spelled(values), if_match=version)


def unmerge(id: str, *, whole: bool = False) -> Call[Insight]:
    """Take a merge back for good, or all that were made into the insight."""
    return Call("POST", f"{_insight(id)}/unmerge", Insight.read, query={"all": "true"} if whole else {})


def forget(id: str) -> Call[None]:
    """Erase an insight."""
    return Call("DELETE", _insight(id), nothing)


def reinforce(id: str, values: Given, *, idempotency_key: str) -> Call[Insight]:
    """Add evidence to an insight."""
    return Call("POST", f"{_insight(id)}/reinforce", Insight.read, body=_spelled(values), idempotency_key=idempotency_key)


def insight_stream() -> Call[Any]:
    """Follow new insights."""
    return Call("GET", f"{PATH}/insights/stream", nothing, accept="text/event-stream")


def _spelled(values: Given) -> Body:
    return {name: spelled(value) if isinstance(value, datetime) else value for name, value in values.items()}


def _insights(body: Body) -> tuple[Insight, ...]:
    """Read a list that has two names; both are in use."""
    return each(Insight.read, body["data"] if "data" in body else body["insights"])


def _insight(id: str) -> str:
    return f"{PATH}/insights/{quoted(id)}"
