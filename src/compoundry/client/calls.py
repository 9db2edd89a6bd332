"""Describe every call as a value: method, path, body, and how its answer is read; nothing here opens a socket."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from compoundry.client.nouns import Body, Candidate, Change, Disposition, Insight, Learned, Pattern, Progress, Rule, Run, Snapshot, Story

T = TypeVar("T")

PATH = "/api/developers/v1"
PAGE = 100
_SLOW_S = 300.0
Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """Ask a server something.

    `repeatable` calls may be sent again when nobody knows whether they arrived: reading ones, and writing
    ones that carry `idempotency_key`.
    """

    method: str
    path: str
    read: Callable[[Any], T]
    query: Given = field(default_factory=dict)
    body: Any = None
    content: bytes | None = None
    idempotency_key: str | None = None
    if_match: int | None = None
    accept: str = "application/json"
    timeout_s: float = 0.0

    @property
    def repeatable(self) -> bool:
        return self.method == "GET" or self.idempotency_key is not None

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that belong to this call."""
        known = {"Idempotency-Key": self.idempotency_key, "If-Match": None if self.if_match is None else f'"{self.if_match}"'}
        return {"Accept": self.accept, **{name: value for name, value in known.items() if value is not None}}


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Hold one page of a list; `next` asks for the one after it."""

    found: tuple[T, ...]
    next: "Call[Page[T]] | None"


def trigger(job_type: str, *, dry_run: bool, idempotency_key: str) -> Call[Run]:
    """Ask for a run of a job."""
    body = {"job_type": job_type, "dry_run": dry_run}
    return Call("POST", f"{PATH}/compounding/trigger", Run.read, body=body, idempotency_key=idempotency_key)


def status(id: str, *, wait_s: float = 0) -> Call[Run]:
    """Ask how a run is doing; a server that knows how to waits until it ends, others answer at once."""
    return Call("GET", _run(id), Run.read, query={"wait": f"{wait_s:g}"} if wait_s else {}, timeout_s=wait_s)


def progress(id: str) -> Call[Progress]:
    """Ask how far a run is."""
    return Call("GET", f"{_run(id)}/progress", Progress.read)


def runs(*, limit: int = PAGE, job_type: str | None = None, status: str | None = None, dry_run: bool | None = None) -> Call[Page[Run]]:
    """Ask for runs, newest first."""
    real = None if dry_run is None else str(dry_run).lower()
    return _list(f"{PATH}/compounding/jobs", Run.read, {"limit": limit, "job_type": job_type, "status": status, "dry_run": real})


def changes(id: str, *, limit: int = PAGE) -> Call[Page[Change]]:
    """Ask what a run decided."""
    return _list(f"{_run(id)}/changes", Change.read, {"limit": limit})


def dispositions(id: str, *, limit: int = PAGE, outcome: str | None = None) -> Call[Page[Disposition]]:
    """Ask what became of each insight that a run scanned."""
    return _list(f"{_run(id)}/dispositions", Disposition.read, {"limit": limit, "outcome": outcome})


def act(id: str, verb: str) -> Call[Run]:
    """Apply, revert, cancel or retry a run."""
    return Call("POST", f"{_run(id)}/{verb}", Run.read)


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
    """Ask for active insights, newest first; at most 100."""
    query = {"limit": limit, "last": last, "from": _spelled(since), "to": _spelled(until), "as_of": _spelled(as_of), **filters}
    return Call(
        "GET", f"{PATH}/insights", lambda body: _each(Insight.read, body.get("data", body.get("insights", ()))), query=_present(query)
    )


def recall(
    query: str, *, limit: int = 10, entity: str | None = None, as_of: datetime | str | None = None, max_tokens: int | None = None
) -> Call[tuple[Insight, ...]]:
    """Ask what is known about a question."""
    asked = {"query": query, "limit": limit, "entity": entity, "as_of": _spelled(as_of), "max_tokens": max_tokens}
    return Call("GET", f"{PATH}/recall", lambda body: _each(Insight.read, body["data"]), query=_present(asked))


def tell(content: str, *, context: str, idempotency_key: str) -> Call[str]:
    """Send a text."""
    body = {"content": content, **({"context": context} if context else {})}
    return Call("POST", f"{PATH}/context/text", lambda told: str(told["artifact_id"]), body=body, idempotency_key=idempotency_key)


def artifact(id: str) -> Call[Body]:
    """Ask what became of a text."""
    return Call("GET", f"{PATH}/context/artifacts/{quoted(id)}", dict)


def question(query: str, *, session_id: str) -> Call[Body]:
    """Ask a question."""
    body = {"query": query, **({"session_id": session_id} if session_id else {})}
    return Call("POST", f"{PATH}/context/ask", dict, body=body)


def graph(*, limit: int = 200) -> Call[Body]:
    """Ask how things hang together."""
    return Call("GET", f"{PATH}/graph", dict, query={"limit": limit})


def graph_page(*, limit: int = 200) -> Call[str]:
    """Ask for a picture of it, as an HTML page."""
    return Call("GET", f"{PATH}/graph", str, query={"limit": limit, "format": "html"}, accept="text/html")


def playbooks() -> Call[tuple[Body, ...]]:
    """Ask which playbooks there are."""
    return Call("GET", f"{PATH}/playbooks", lambda body: _each(dict, body["data"]))


def one_playbook(id: str) -> Call[Body]:
    """Ask for one playbook, with its Markdown in `content`."""
    return Call("GET", f"{PATH}/playbooks/{quoted(id)}", dict)


def insight(id: str) -> Call[Insight]:
    """Ask for one insight."""
    return Call("GET", _insight(id), Insight.read)


def why(id: str) -> Call[Story]:
    """Ask why an insight is as it is."""
    return Call("GET", f"{_insight(id)}/why", Story.read)


def edit(id: str, values: Given, *, version: int | None) -> Call[Insight]:
    """Change an insight."""
    body = {name: _spelled(value) if isinstance(value, datetime) else value for name, value in values.items()}
    return Call("PATCH", _insight(id), Insight.read, body=body, if_match=version)


def forecast(id: str, *, below: float | None, days: float | None) -> Call[Body]:
    """Ask how an insight will fade."""
    return Call("GET", f"{_insight(id)}/forecast", dict, query=_present({"below": below, "days": days}))


def half_lives() -> Call[Body]:
    """Ask how long what is known holds."""
    return Call("GET", f"{PATH}/half-lives", dict)


def sources() -> Call[tuple[Body, ...]]:
    """Ask who said how much."""
    return Call("GET", f"{PATH}/sources", lambda body: _each(dict, body["data"]))


def trust(source: str, value: float) -> Call[Body]:
    """Set how far a source is trusted."""
    return Call("PUT", f"{PATH}/sources", dict, body={"source": source, "trust": float(value)})


def blast_radius(source: str) -> Call[Body]:
    """Ask what rests on a source."""
    return Call("GET", f"{PATH}/sources/blast-radius", dict, query={"source": source})


def unmerge(id: str) -> Call[Insight]:
    """Take a merge back for good."""
    return Call("POST", f"{_insight(id)}/unmerge", Insight.read)


def forget(id: str) -> Call[None]:
    """Erase an insight."""
    return Call("DELETE", _insight(id), _nothing)


def reinforce(id: str, values: Given, *, idempotency_key: str) -> Call[Insight]:
    """Add evidence to an insight."""
    return Call("POST", f"{_insight(id)}/reinforce", Insight.read, body=dict(values), idempotency_key=idempotency_key)


def candidates(*, limit: int = PAGE, status: str = "open", kind: str | None = None) -> Call[Page[Candidate]]:
    """Ask what waits for a person."""
    return _list(f"{PATH}/candidates", Candidate.read, {"limit": limit, "status": status, "kind": kind})


def candidate(id: str) -> Call[Candidate]:
    """Ask for one candidate."""
    return Call("GET", f"{PATH}/candidates/{quoted(id)}", Candidate.read)


def decide(id: str, verb: str, values: Given, *, version: int | None) -> Call[Candidate]:
    """Accept or reject a candidate."""
    return Call("POST", f"{PATH}/candidates/{quoted(id)}/{verb}", Candidate.read, body=_present(values), if_match=version)


def accept_many(kind: str, *, at_least: float, most: int, note: str) -> Call[Body]:
    """Accept candidates of a kind from a score on."""
    body = {"kind": kind, "at_least": float(at_least), "most": most, "note": note}
    return Call("POST", f"{PATH}/candidates/accept", dict, body=body)


def events(*, kinds: Sequence[str] = ()) -> Call[Any]:
    """Follow what happens in the workspace."""
    return Call("GET", f"{PATH}/events", _nothing, query={"kind": list(kinds)} if kinds else {}, accept="text/event-stream")


def past_events(*, after: str | None, kinds: Sequence[str], limit: int) -> Call[tuple[Body, ...]]:
    """Ask what has happened."""
    query = {**_present({"after": after, "limit": limit}), **({"kind": list(kinds)} if kinds else {})}
    return Call("GET", f"{PATH}/events/past", lambda body: _each(dict, body["data"]), query=query)


def insight_stream() -> Call[Any]:
    """Follow new insights."""
    return Call("GET", f"{PATH}/insights/stream", _nothing, accept="text/event-stream")


def run_events(id: str) -> Call[Any]:
    """Follow a run until it ends."""
    return Call("GET", f"{_run(id)}/events", _nothing, accept="text/event-stream")


def scheduled() -> Call[tuple[Body, ...]]:
    """Ask when jobs come by themselves."""
    return Call("GET", f"{PATH}/compounding/schedules", lambda body: _each(dict, body["data"]))


def schedule(job_type: str, cron: str | None, *, time_zone: str) -> Call[tuple[Body, ...]]:
    """Let a job come by itself, or no more."""
    body = {"job_type": job_type, "cron": cron, "time_zone": time_zone}
    return Call("PUT", f"{PATH}/compounding/schedules", lambda told: _each(dict, told["data"]), body=body)


def policy() -> Call[Body]:
    """Ask for all settings of the workspace."""
    return Call("GET", f"{PATH}/policy", dict)


def configure(section: str, settings: Given) -> Call[Body]:
    """Change settings of one section."""
    return Call("PUT", f"{PATH}/policy/{quoted(section)}", dict, body=dict(settings))


def patterns(*, limit: int = PAGE, as_of: datetime | str | None = None, **filters: str | None) -> Call[Page[Pattern]]:
    """Ask what recurs."""
    return _list(f"{PATH}/patterns", Pattern.read, {"limit": limit, "as_of": _spelled(as_of), **filters})


def rules(*, limit: int = PAGE, status: str | None = None, as_of: datetime | str | None = None) -> Call[Page[Rule]]:
    """Ask for rules."""
    return _list(f"{PATH}/rules", Rule.read, {"limit": limit, "status": status, "as_of": _spelled(as_of)})


def playbook(*, max_tokens: int | None = None, session: str | None = None) -> Call[tuple[Rule, ...]]:
    """Ask for the rules that agents should follow."""
    query = _present({"max_tokens": max_tokens, "session": session})
    return Call("GET", f"{PATH}/playbook", lambda body: _each(Rule.read, body["rules"]), query=query)


def playbook_page(format: str = "markdown", *, max_tokens: int | None = None, session: str | None = None) -> Call[str]:
    """Ask for the playbook as text."""
    query = _present({"format": format, "max_tokens": max_tokens, "session": session})
    return Call("GET", f"{PATH}/playbook", str, query=query, accept="text/markdown")


def report(rule: str, outcome: str, *, session: str, note: str) -> Call[Rule]:
    """Say what following a rule led to."""
    return Call("POST", f"{PATH}/rules/{quoted(rule)}/outcomes", Rule.read, body={"outcome": outcome, "session": session, "note": note})


def reported(rule: str, *, limit: int = 50) -> Call[tuple[Body, ...]]:
    """Ask what was reported of a rule."""
    return Call("GET", f"{PATH}/rules/{quoted(rule)}/outcomes", lambda body: _each(dict, body["data"]), query={"limit": limit})


def lift(rule: str) -> Call[Body]:
    """Ask what a rule changes."""
    return Call("GET", f"{PATH}/rules/{quoted(rule)}/lift", dict)


def import_rules(document: str, *, name: str) -> Call[Body]:
    """Send a file of rules."""
    return Call("POST", f"{PATH}/rules/import", dict, body={"document": document, "name": name})


def polish(*, most: int) -> Call[Body]:
    """Ask for better words of rules."""
    return Call("POST", f"{PATH}/rules/polish", dict, body={"most": most})


def why_rule(id: str) -> Call[Body]:
    """Ask where a rule comes from."""
    return Call("GET", f"{PATH}/rules/{quoted(id)}/why", dict)


def why_pattern(id: str) -> Call[Body]:
    """Ask what a pattern stands on."""
    return Call("GET", f"{PATH}/patterns/{quoted(id)}/why", dict)


def rename(pattern: str, label: str) -> Call[Pattern]:
    """Give a pattern better words."""
    return Call("PATCH", f"{PATH}/patterns/{quoted(pattern)}", Pattern.read, body={"label": label})


def export(*, vectors: bool) -> Call[Any]:
    """Ask for the whole workspace."""
    return Call("GET", f"{PATH}/export", _nothing, query={"vectors": str(vectors).lower()}, accept="application/x-ndjson")


def restore(lines: bytes) -> Call[Body]:
    """Send a whole workspace."""
    return Call("POST", f"{PATH}/restore", dict, content=lines, timeout_s=_SLOW_S)


def metrics(*, limit: int = PAGE, since: datetime | str | None = None, until: datetime | str | None = None) -> Call[tuple[Snapshot, ...]]:
    """Ask for snapshots, oldest first."""
    query = {"limit": limit, "from": _spelled(since), "to": _spelled(until)}
    return Call("GET", f"{PATH}/compounding/metrics", lambda body: _each(Snapshot.read, body["data"]), query=_present(query))


def _list(path: str, read: Callable[[Body], T], query: Given) -> Call[Page[T]]:
    def page(body: Body) -> Page[T]:
        cursor = body.get("next_cursor")
        following = None if cursor is None else _list(path, read, {**query, "cursor": cursor})
        return Page(_each(read, body["data"]), following)

    return Call("GET", path, page, query=_present(query))


def _insights(body: Body) -> tuple[Insight, ...]:
    """Read a list that has two names; both are in use."""
    return _each(Insight.read, body["data"] if "data" in body else body["insights"])


def _each(read: Callable[[Body], T], found: Sequence[Body]) -> tuple[T, ...]:
    return tuple(read(one) for one in found)


def _run(id: str) -> str:
    return f"{PATH}/compounding/jobs/{quoted(id)}"


def _insight(id: str) -> str:
    return f"{PATH}/insights/{quoted(id)}"


def quoted(id: str) -> str:
    """Make an id one part of a path, whatever it holds.

    >>> quoted("../keys")
    '..%2Fkeys'
    """
    return quote(id, safe="") or "-"


def _present(query: Given) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def _spelled(at: datetime | str | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if isinstance(at, datetime) else at


def _nothing(body: Any) -> None:
    return None
