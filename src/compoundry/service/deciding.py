"""Say what a reviewer's decision comes to, as entries of a journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from compoundry.errors import Conflict, Invalid
from compoundry.job import Believe, Change, Merge, Reinforce, Supersede
from compoundry.model import Caller, Candidate, Evidence, Insight, Reason
from compoundry.service.apart import refusal, taken_back
from compoundry.service.beliefs import belief_policy
from compoundry.store import sources
from compoundry.store.database import Connection
from compoundry.store.effects import Effect, effects, subject
from compoundry.store.journal import Entry, about
from compoundry.store.lineage import gathered
from compoundry.text import belief


@dataclass(frozen=True, slots=True)
class Choice:
    """Hold what a reviewer chose beside yes or no."""

    version: int | None = None
    keep: str | None = None
    only: Sequence[str] | None = None
    content: str | None = None
    note: str = ""


def must_be_open(connection: Connection, caller: Caller, asked: Candidate, version: int | None) -> None:
    """Raise Conflict when somebody has decided, or when the candidate isn't at this version any more."""
    if asked.status != "open":
        told = {"decided_by": asked.decided_by, "note": asked.note} if asked.decided_by else {}
        runs = [run for run, entry in about(connection, caller.workspace_id, asked.id) if entry.kind == "decide"]
        again = f"; to decide anew, revert run {runs[-1]}" if told and runs else ""
        raise Conflict(f"the candidate was {asked.status} already{again}", {"status": asked.status, "version": asked.version, **told})
    if version is not None and version != asked.version:
        raise Conflict(f"the candidate is at version {asked.version}, not {version}; read it again")


def decision(asked: Candidate, status: str, by: str, note: str, now: datetime) -> Entry:
    """Write down that a candidate was decided, by whom."""
    before = {"status": "open", "decided_at": None, "decided_by": None, "note": asked.note}
    after = {"status": status, "decided_at": now.isoformat(), "decided_by": by, "note": note}
    reason = Reason("reviewed", f"a reviewer {status} it" + (f": {note}" if note else ""))
    return Entry("decide", asked.id, reason, (Effect("candidate", asked.id, before, after),))


def done(connection: Connection, caller: Caller, asked: Candidate, choice: Choice, now: datetime) -> list[Entry]:
    """Return what accepting a candidate comes to."""
    _must_leave(asked, choice)
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
            changes = _changes(asked, found, ordered, caller.name, choice.note, now)
            done = [Entry(*subject(c), c.reason, tuple(effects(c, found))) for c in changes]
            done += _believed(connection, caller, found, changes, now)
            return done + _reworded(found[ordered[-1]], choice.content)
        case _:
            assert_never(asked.kind)


def _must_leave(asked: Candidate, choice: Choice) -> None:
    """Raise Invalid for a choice that nobody has about such a candidate, instead of dropping it."""
    given = {"keep": choice.keep, "only": choice.only, "content": choice.content}
    for name in (name for name, value in given.items() if value is not None and asked.kind in ("pattern", "rule", "audit")):
        more = "; `rename` gives it other words" if asked.kind == "pattern" and name == "content" else ""
        raise Invalid(f"{name}: {'an' if asked.kind == 'audit' else 'a'} {asked.kind} is accepted as it is{more}")


def _reworded(stays: Insight, content: str | None) -> list[Entry]:
    if content is None or content == stays.content:
        return []
    reason = Reason("reworded", "a reviewer found better words", {"before": stays.content, "after": content})
    return [Entry("reword", stays.id, reason, (Effect("insight", stays.id, {"content": stays.content}, {"content": content}),))]


def refused(connection: Connection, caller: Caller, asked: Candidate, note: str, now: datetime) -> list[Entry]:
    """Return what rejecting a candidate comes to."""
    match asked.kind:
        case "pattern" | "rule":
            return [_finding(asked, asked.kind, "rejected")]
        case "audit":
            loser, survivor = asked.subjects
            apart = refusal(connection, caller, {loser: survivor}, now, told=False)
            return taken_back(connection, caller, apart, {loser: survivor})
        case "confirm":
            return _denied(connection, caller, asked, note, now)
        case "merge" | "update" | "contradiction":
            return []
        case _:
            assert_never(asked.kind)


def _denied(connection: Connection, caller: Caller, asked: Candidate, note: str, now: datetime) -> list[Entry]:
    """Write down that a reviewer says that it isn't so; nothing about what isn't active any more."""
    found = gathered(connection, caller.workspace_id, asked.subjects)
    answer, reason = _said(asked, caller.name, note, now, so=False), Reason("reviewed", f"a reviewer said no: {asked.reason.text}")
    changes = [Reinforce(id, answer, reason) for id in asked.subjects if id in found and found[id].standing == "active"]
    said = [Entry(*subject(c), c.reason, tuple(effects(c, found))) for c in changes]
    return said + _believed(connection, caller, found, changes, now)


def _said(asked: Candidate, by: str, note: str, now: datetime, *, so: bool) -> Evidence:
    """Return a reviewer's answer as evidence, which speaks against an insight with the weight 0."""
    text = "a reviewer confirmed it" if so else "a reviewer said that it isn't so"
    text += f": {note}" if note else ""
    return Evidence(f"{asked.id}-{asked.version}", "reviewed", now, by, float(so), text)


def _believed(
    connection: Connection, caller: Caller, found: Mapping[str, Insight], changes: Sequence[Change], now: datetime
) -> list[Entry]:
    """Believe at once what a reviewer's word makes of an insight, without waiting for a sweep."""
    trust, policy = sources.trust(connection, caller.workspace_id), belief_policy(connection, caller.workspace_id)
    written = []
    for change in (c for c in changes if isinstance(c, Reinforce)):
        before = found[change.insight]
        told = replace(before, evidence=(*before.evidence, change.evidence))
        after = round(belief.confidence(belief.heard(told, trust), now, policy), 4)
        if after != before.confidence:
            reason = Reason("reviewed", f"after a reviewer's word: {before.confidence:.2f} → {after:.2f}")
            believe = Believe(change.insight, before.confidence, after, reason)
            written.append(Entry(*subject(believe), reason, tuple(effects(believe, found))))
    return written


def _finding(asked: Candidate, noun: str, status: str) -> Entry:
    reason = Reason("reviewed", f"a reviewer decided that the {noun} is {status}")
    return Entry("decide", asked.id, reason, (Effect(noun, asked.id, {"status": "candidate"}, {"status": status}),))


def _active(connection: Connection, caller: Caller, ids: Sequence[str]) -> Mapping[str, Insight]:
    found = gathered(connection, caller.workspace_id, ids)
    if gone := [id for id in ids if id not in found or found[id].standing != "active"]:
        raise Conflict(f"insight {gone[0]} isn't active any more; reject the candidate or run consolidation again", {"changed": gone})
    return found


def _ordered(asked: Candidate, choice: Choice) -> Sequence[str]:
    """Put the one that stays last, and leave out whom the decision isn't about."""
    chosen = asked.subjects if choice.only is None else [s for s in asked.subjects if s in choice.only]
    if choice.only is not None and (len(chosen) < 2 or len(chosen) < len(set(choice.only))):
        raise Invalid(f"only: must be two or more of {', '.join(asked.subjects)}")
    if choice.keep is None:
        return chosen
    if choice.keep not in chosen:
        raise Invalid(f"keep: must be one of {', '.join(chosen)}")
    return [*(s for s in chosen if s != choice.keep), choice.keep]


def _changes(asked: Candidate, found: Mapping[str, Insight], ordered: Sequence[str], by: str, note: str, now: datetime) -> list[Change]:
    *others, stays = ordered
    reason = Reason("reviewed", f"a reviewer agreed: {asked.reason.text}", {"was": asked.reason.code, "candidate": asked.id})
    match asked.kind:
        case "merge":
            return [Merge(other, stays, reason) for other in others]
        case "update" | "contradiction":
            return [Supersede(other, stays, max(found[stays].observed_at, found[other].observed_at), reason) for other in others]
        case _:
            return [Reinforce(stays, _said(asked, by, note, now, so=True), reason)]
