"""Let people decide what jobs only propose: accept or reject candidates, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args

from compoundry.errors import Conflict
from compoundry.model import Caller, Candidate, CandidateStatus, Pattern, Reason, Run
from compoundry.service.apart import merges_of, open_audit, refusal, taken_back
from compoundry.service.app import App
from compoundry.service.deciding import Choice, decision, done, must_be_open, refused
from compoundry.service.recording import recorded
from compoundry.service.said import DecisionIn, ManyIn, RejectionIn, RenameIn, chosen, understood
from compoundry.store import insights
from compoundry.store.database import Connection, clock
from compoundry.store.effects import Effect
from compoundry.store.findings import CANDIDATES, PATTERNS
from compoundry.store.journal import Entry

JOBS: Final = {
    "merge": "consolidation",
    "update": "consolidation",
    "contradiction": "consolidation",
    "audit": "consolidation",
    "confirm": "decay_sweep",
    "pattern": "pattern_detection",
    "rule": "playbook_synthesis",
}


def queue(
    app: App, caller: Caller, *, limit: int = 50, cursor: str | None = None, status: str = "open", kind: str | None = None
) -> list[Candidate]:
    """List candidates, the surest first."""
    caller.need("record.read")
    filters = chosen({"status": get_args(CandidateStatus), "kind": tuple(JOBS)}, {"status": status, "kind": kind})
    with app.database.read() as connection:
        return CANDIDATES.page(connection, caller.workspace_id, limit=limit, after=cursor, filters=filters)


def one(app: App, caller: Caller, id: str) -> Candidate:
    """Return a candidate, or raise NotFound."""
    caller.need("record.read")
    with app.database.read() as connection:
        return CANDIDATES.one(connection, caller.workspace_id, id)


def accept(
    app: App,
    caller: Caller,
    id: str,
    *,
    version: int | None = None,
    keep: str | None = None,
    only: Sequence[str] | None = None,
    content: str | None = None,
    note: str = "",
) -> tuple[Candidate, Run]:
    """Do what a candidate proposes; return it with the run that did it, which can be reverted like any other.

    `keep` names the insight that shall survive (for a merge) or hold (for a contradiction); `content` are
    better words for it. `only` names those of a group that it holds for, two or more; the others are kept apart from now on.
    Raises Conflict when somebody decided before, or when the insights have changed too much.
    """
    said = understood(DecisionIn, {"keep": keep, "only": only, "content": content, "note": note})
    return _decide(app, caller, id, "accepted", Choice(version, said.keep, said.only, said.content, said.note))


@dataclass(frozen=True, slots=True)
class Many:
    """Say which candidates were accepted, each with its run, and which were refused, each with the reason."""

    accepted: Sequence[tuple[Candidate, Run]]
    refused: Sequence[Mapping[str, str]]


def accept_many(app: App, caller: Caller, *, kind: str, at_least: float = 0.0, most: int = 100, note: str = "") -> Many:
    """Accept the open candidates of a kind from a score on, the surest first; one that clashes stops no other."""
    caller.need("record.write")
    said = understood(ManyIn, {"kind": kind, "at_least": at_least, "most": most, "note": note})
    with app.database.read() as connection:
        waiting = CANDIDATES.page(connection, caller.workspace_id, limit=said.most, filters={"status": "open", "kind": said.kind})
    accepted, refused = [], []
    for asked in (c for c in waiting if c.score >= said.at_least):
        try:
            accepted.append(accept(app, caller, asked.id, version=asked.version, note=said.note))
        except Conflict as error:
            refused.append({"id": asked.id, "message": error.message})
    return Many(accepted, refused)


def reject(app: App, caller: Caller, id: str, *, version: int | None = None, note: str = "") -> tuple[Candidate, Run]:
    """Refuse a candidate for good: jobs never propose or do the same again."""
    return _decide(app, caller, id, "rejected", Choice(version=version, note=understood(RejectionIn, {"note": note}).note))


def unmerge(app: App, caller: Caller, id: str, *, whole: bool = False) -> Run:
    """Make an insight that was merged into another stand on its own again, and never merge the two again.

    With `whole`, all that was merged into the insight, at most 100 at once: none of them is merged with another one of them again.
    Raises Conflict when it isn't merged, naming what was merged into it, or when nothing was.
    """
    caller.need("record.write")
    with app.database.write() as connection:
        insights.lock(connection, caller.workspace_id)
        merges, now = merges_of(connection, caller, id, whole=whole), clock(connection)
        audits = [audit for pair in sorted(merges.items()) if (audit := open_audit(connection, caller, *pair))]
        apart = refusal(connection, caller, merges, now, told=not audits)
        written = [decision(audit, "rejected", caller.name, "the merge was taken back", now) for audit in audits]
        return _record(app, connection, caller, apart, [*written, *taken_back(connection, caller, apart, merges)], now)


def rename(app: App, caller: Caller, id: str, label: str) -> Pattern:
    """Give a pattern better words; jobs leave them alone from then on. Raises Invalid for an empty or an endless label."""
    caller.need("record.write")
    words = " ".join(understood(RenameIn, {"label": label}).label.split())
    with app.database.write() as connection:
        insights.lock(connection, caller.workspace_id)
        known, now = PATTERNS.one(connection, caller.workspace_id, id), clock(connection)
        before, after = {"label": known.label, "named_by": known.named_by}, {"label": words, "named_by": caller.name}
        reason = Reason("renamed", "a reviewer found better words", {"before": known.label, "after": words})
        recorded(app, connection, caller, JOBS["pattern"], id, [Entry("rename", id, reason, (Effect("pattern", id, before, after),))], now)
        return PATTERNS.one(connection, caller.workspace_id, id)


def _decide(app: App, caller: Caller, id: str, status: str, choice: Choice) -> tuple[Candidate, Run]:
    caller.need("record.write")
    with app.database.write() as connection:
        insights.lock(connection, caller.workspace_id)
        asked = CANDIDATES.one(connection, caller.workspace_id, id)
        must_be_open(connection, caller, asked, choice.version)
        now = clock(connection)
        written = [decision(asked, status, caller.name, choice.note, now)]
        written += (
            done(connection, caller, asked, choice, now) if status == "accepted" else refused(connection, caller, asked, choice.note, now)
        )
        run = _record(app, connection, caller, asked, written, now)
        decided = CANDIDATES.one(connection, caller.workspace_id, id)
    if choice.content:
        app.insights_written(caller.workspace_id)
    return decided, run


def _record(app: App, connection: Connection, caller: Caller, asked: Candidate, written: Sequence[Entry], now: datetime) -> Run:
    return recorded(app, connection, caller, JOBS[asked.kind], asked.id, written, now, scanned=len(asked.subjects))
