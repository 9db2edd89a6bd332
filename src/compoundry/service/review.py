"""Let people decide what jobs only propose: accept or reject candidates, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never

from compoundry.errors import Conflict, Invalid
from compoundry.job import Change, Merge, Reinforce, Supersede
from compoundry.model import Caller, Candidate, Counts, Evidence, Insight, Pattern, Reason, Run
from compoundry.service.apart import open_audit, refusal, taken_back
from compoundry.service.app import App
from compoundry.store import finish, insights, runs
from compoundry.store.database import Connection, clock
from compoundry.store.effects import Effect, effects, subject
from compoundry.store.findings import CANDIDATES, PATTERNS
from compoundry.store.journal import Entry
from compoundry.store.lineage import gathered

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
    filters = {"status": status, **({"kind": kind} if kind else {})}
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
    return _decide(app, caller, id, "accepted", _Choice(version, keep, only, content, note))


@dataclass(frozen=True, slots=True)
class Many:
    """Say which candidates were accepted, each with its run, and which were refused, each with the reason."""

    accepted: Sequence[tuple[Candidate, Run]]
    refused: Sequence[Mapping[str, str]]


def accept_many(app: App, caller: Caller, *, kind: str, at_least: float = 0.0, most: int = 100, note: str = "") -> Many:
    """Accept the open candidates of a kind from a score on, the surest first; one that clashes stops no other."""
    caller.need("record.write")
    with app.database.read() as connection:
        waiting = CANDIDATES.page(connection, caller.workspace_id, limit=most, filters={"status": "open", "kind": kind})
    accepted, refused = [], []
    for asked in (c for c in waiting if c.score >= at_least):
        try:
            accepted.append(accept(app, caller, asked.id, version=asked.version, note=note))
        except Conflict as error:
            refused.append({"id": asked.id, "message": error.message})
    return Many(accepted, refused)


def reject(app: App, caller: Caller, id: str, *, version: int | None = None, note: str = "") -> tuple[Candidate, Run]:
    """Refuse a candidate for good: jobs never propose or do the same again."""
    return _decide(app, caller, id, "rejected", _Choice(version=version, note=note))


def unmerge(app: App, caller: Caller, id: str) -> Run:
    """Make an insight that was merged into another stand on its own again, and never merge the two again.

    Raises Conflict when it isn't merged.
    """
    caller.need("record.write")
    with app.database.write() as connection:
        insights.lock(connection, caller.workspace_id)
        found, now = insights.one(connection, caller.workspace_id, id), clock(connection)
        if found.merged_into is None:
            raise Conflict(f"the insight is {found.standing}, not merged")
        audit = open_audit(connection, caller, id, found.merged_into)
        refused = refusal(connection, caller, id, found.merged_into, now, counted=audit is None)
        written = taken_back(connection, caller, refused, id, found.merged_into)
        if audit is not None:
            written = [_decision(audit, "rejected", caller.name, "the merge was taken back", now), *written]
        return _record(app, connection, caller, refused, written, now)


def rename(app: App, caller: Caller, id: str, label: str) -> Pattern:
    """Give a pattern better words; jobs leave them alone from then on. Raises Invalid for an empty label."""
    caller.need("record.write")
    words = " ".join(label.split())
    if not words:
        raise Invalid("label: say what the pattern is")
    with app.database.write() as connection:
        insights.lock(connection, caller.workspace_id)
        known, now = PATTERNS.one(connection, caller.workspace_id, id), clock(connection)
        before, after = {"label": known.label, "named_by": known.named_by}, {"label": words, "named_by": caller.name}
        reason = Reason("renamed", "a reviewer found better words", {"before": known.label, "after": words})
        recorded(app, connection, caller, JOBS["pattern"], id, [Entry("rename", id, reason, (Effect("pattern", id, before, after),))], now)
        return PATTERNS.one(connection, caller.workspace_id, id)


@dataclass(frozen=True, slots=True)
class _Choice:
    version: int | None = None
    keep: str | None = None
    only: Sequence[str] | None = None
    content: str | None = None
    note: str = ""


def _decide(app: App, caller: Caller, id: str, status: str, choice: _Choice) -> tuple[Candidate, Run]:
    caller.need("record.write")
    with app.database.write() as connection:
        insights.lock(connection, caller.workspace_id)
        asked = CANDIDATES.one(connection, caller.workspace_id, id)
        _must_be_open(asked, choice.version)
        now = clock(connection)
        written = [_decision(asked, status, caller.name, choice.note, now)]
        written += _done(connection, caller, asked, choice, now) if status == "accepted" else _refused(connection, caller, asked, now)
        run = _record(app, connection, caller, asked, written, now)
        decided = CANDIDATES.one(connection, caller.workspace_id, id)
    if choice.content:
        app.insights_written(caller.workspace_id)
    return decided, run


def _must_be_open(asked: Candidate, version: int | None) -> None:
    if asked.status != "open":
        raise Conflict(f"the candidate was {asked.status} already", {"status": asked.status, "version": asked.version})
    if version is not None and version != asked.version:
        raise Conflict(f"the candidate is at version {asked.version}, not {version}; read it again")


def _decision(asked: Candidate, status: str, by: str, note: str, now: datetime) -> Entry:
    before = {"status": "open", "decided_at": None, "decided_by": None, "note": asked.note}
    after = {"status": status, "decided_at": now.isoformat(), "decided_by": by, "note": note}
    reason = Reason("reviewed", f"a reviewer {status} it" + (f": {note}" if note else ""))
    return Entry("decide", asked.id, reason, (Effect("candidate", asked.id, before, after),))


def _done(connection: Connection, caller: Caller, asked: Candidate, choice: _Choice, now: datetime) -> list[Entry]:
    match asked.kind:
        case "pattern":
            return [_finding(asked, "pattern", "accepted")]
        case "rule":
            return [_finding(asked, "rule", "active")]
        case "audit":
            return []
        case "merge" | "update" | "contradiction" | "confirm":
            ordered = _ordered(asked, choice)
            found = _active(connection, caller, ordered)
            changes = _changes(asked, found, ordered, caller.name, now)
            done = [Entry(*subject(c), c.reason, tuple(effects(c, found))) for c in changes]
            return done + _reworded(found[ordered[-1]], choice.content)
        case _:
            assert_never(asked.kind)


def _reworded(stays: Insight, content: str | None) -> list[Entry]:
    if content is None or content == stays.content:
        return []
    reason = Reason("reworded", "a reviewer found better words", {"before": stays.content, "after": content})
    return [Entry("reword", stays.id, reason, (Effect("insight", stays.id, {"content": stays.content}, {"content": content}),))]


def _refused(connection: Connection, caller: Caller, asked: Candidate, now: datetime) -> list[Entry]:
    match asked.kind:
        case "pattern" | "rule":
            return [_finding(asked, asked.kind, "rejected")]
        case "audit":
            loser, survivor = asked.subjects
            refused = refusal(connection, caller, loser, survivor, now, counted=False)
            return taken_back(connection, caller, refused, loser, survivor)
        case "merge" | "update" | "contradiction" | "confirm":
            return []
        case _:
            assert_never(asked.kind)


def _finding(asked: Candidate, noun: str, status: str) -> Entry:
    reason = Reason("reviewed", f"a reviewer decided that the {noun} is {status}")
    return Entry("decide", asked.id, reason, (Effect(noun, asked.id, {"status": "candidate"}, {"status": status}),))


def _active(connection: Connection, caller: Caller, ids: Sequence[str]) -> Mapping[str, Insight]:
    found = gathered(connection, caller.workspace_id, ids)
    if gone := [id for id in ids if id not in found or found[id].standing != "active"]:
        raise Conflict(f"insight {gone[0]} isn't active any more; reject the candidate or run consolidation again", {"changed": gone})
    return found


def _ordered(asked: Candidate, choice: _Choice) -> Sequence[str]:
    """Put the one that stays last, and leave out whom the decision isn't about."""
    chosen = asked.subjects if choice.only is None else [s for s in asked.subjects if s in choice.only]
    if choice.only is not None and (len(chosen) < 2 or len(chosen) < len(set(choice.only))):
        raise Invalid(f"only: must be two or more of {', '.join(asked.subjects)}")
    if choice.keep is None:
        return chosen
    if choice.keep not in chosen:
        raise Invalid(f"keep: must be one of {', '.join(chosen)}")
    return [*(s for s in chosen if s != choice.keep), choice.keep]


def _changes(asked: Candidate, found: Mapping[str, Insight], ordered: Sequence[str], by: str, now: datetime) -> list[Change]:
    *others, stays = ordered
    reason = Reason("reviewed", f"a reviewer agreed: {asked.reason.text}", {"was": asked.reason.code, "candidate": asked.id})
    match asked.kind:
        case "merge":
            return [Merge(other, stays, reason) for other in others]
        case "update" | "contradiction":
            return [Supersede(other, stays, max(found[stays].observed_at, found[other].observed_at), reason) for other in others]
        case _:
            confirmed = Evidence(f"{asked.id}-{asked.version}", "reviewed", now, by, 1.0, "a reviewer confirmed it")
            return [Reinforce(stays, confirmed, reason)]


def _record(app: App, connection: Connection, caller: Caller, asked: Candidate, written: Sequence[Entry], now: datetime) -> Run:
    return recorded(app, connection, caller, JOBS[asked.kind], asked.id, written, now, scanned=len(asked.subjects))


def recorded(
    app: App,
    connection: Connection,
    caller: Caller,
    job_type: str,
    subject: str,
    written: Sequence[Entry],
    now: datetime,
    *,
    scanned: int = 0,
) -> Run:
    """Keep what a person decided as a run that has ended, so that it is listed, explained and reverted like any other."""
    affected = {e.id for entry in written for e in entry.effects if e.noun == "insight"}
    counted = Counts(scanned=scanned, affected=len(affected))
    run = Run(app.new_id(), caller.workspace_id, job_type, "review", dry_run=False, state="completed", accepted_at=now, not_before=now)
    ended = replace(run, attempt=1, started_at=now, ended_at=now, subject=subject, counts=counted, stage="completed")
    runs.accept(connection, ended, rank=0)
    finish.entries(connection, ended, written, now=now)
    return ended
