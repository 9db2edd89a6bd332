"""Spell each change as row edits with their inverses: what a row was before, and what it is after."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, assert_never

from compoundry.job import Advise, Archive, Believe, Change, Measure, Merge, Notice, Propose, Reinforce, Restore, Supersede, Withdraw
from compoundry.model import Candidate, Insight, Pattern, Reason, Rule
from compoundry.store.rows import to_row
from compoundry.text.agreement import spoken

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Effect:
    """Edit one row: `before` None inserts it, `after` None deletes it, both update columns."""

    noun: str
    id: str
    before: Values | None
    after: Values | None

    def inverse(self) -> "Effect":
        """Return the edit that takes this one back."""
        return Effect(self.noun, self.id, self.after, self.before)


def effects(change: Change, seen: Mapping[str, Insight]) -> list[Effect]:
    """Return the row edits of a change; `seen` holds the insights as the job saw them."""
    return list(_effects(change, seen))


def subject(change: Change) -> tuple[str, str]:
    """Name a change by its kind and the id of the thing that it is about."""
    match change:
        case Merge() | Supersede() | Reinforce() | Believe() | Archive() | Restore():
            return type(change).__name__.lower(), change.insight
        case Propose() | Withdraw():
            return type(change).__name__.lower(), change.candidate.id
        case Notice():
            return "notice", change.pattern.id
        case Advise():
            return "advise", change.rule.id
        case Measure():
            return "measure", change.snapshot.id
        case _:
            assert_never(change)


def _effects(change: Change, seen: Mapping[str, Insight]) -> Iterator[Effect]:
    match change:
        case Merge():
            yield _insight(change.insight, {"standing": "active", "merged_into": None}, {"standing": "merged", "merged_into": change.into})
            yield _insight(change.into, {}, {})
        case Supersede():
            was = seen[change.insight].valid_until
            before = {"standing": "active", "superseded_by": None, "valid_until": was.isoformat() if was else None}
            after = {"standing": "superseded", "superseded_by": change.by, "valid_until": change.at.isoformat()}
            yield _insight(change.insight, before, after)
        case Reinforce():
            yield Effect("evidence", change.evidence.id, None, {**to_row(change.evidence), "insight_id": change.insight})
            yield _insight(change.insight, {}, {})
        case Believe():
            yield _insight(change.insight, {"confidence": change.before}, {"confidence": change.after})
        case Archive():
            yield _insight(change.insight, {"standing": "active"}, {"standing": "archived"})
        case Restore():
            yield _insight(change.insight, {"standing": "archived"}, {"standing": "active"})
        case Propose():
            yield _noun("candidate", None, change.candidate)
        case Withdraw():
            yield Effect("candidate", change.candidate.id, {"status": change.candidate.status}, {"status": "withdrawn"})
        case Notice():
            yield from _noticed(change.before, change.pattern)
        case Advise():
            yield from _advised(change.before, change.rule)
        case Measure():
            yield Effect("snapshot", change.snapshot.id, None, to_row(change.snapshot))
        case _:
            assert_never(change)


def _insight(insight: str, before: Values, after: Values) -> Effect:
    return Effect("insight", insight, before, after)


def _noticed(before: Pattern | None, pattern: Pattern) -> Iterator[Effect]:
    yield _noun("pattern", before, pattern)
    if before is None and pattern.status == "candidate":
        question = Candidate(
            pattern.id, "pattern", pattern.evidence, _saying(pattern.label, pattern.reason), pattern.effect, pattern.last_seen
        )
        yield _noun("candidate", None, question)
    yield from _settled(pattern.id, before.status if before else "", pattern.status)


def _advised(before: Rule | None, rule: Rule) -> Iterator[Effect]:
    yield _noun("rule", before, rule)
    if before is None and rule.status == "candidate":
        question = Candidate(rule.id, "rule", rule.evidence, _saying(spoken(rule), rule.reason), rule.confidence, rule.created_at)
        yield _noun("candidate", None, question)
    yield from _settled(rule.id, before.status if before else "", rule.status)


def _saying(what: str, reason: Reason) -> Reason:
    """Let whoever is asked read what would be accepted, and then why."""
    return replace(reason, text=f"{what} — {reason.text}")


def _settled(id: str, before: str, after: str) -> Iterator[Effect]:
    if before == "candidate" and after == "retired":
        yield Effect("candidate", id, {"status": "open"}, {"status": "withdrawn"})
    if before == "retired" and after == "candidate":
        yield Effect("candidate", id, {"status": "withdrawn"}, {"status": "open"})


def _noun(noun: str, before: Candidate | Pattern | Rule | None, after: Candidate | Pattern | Rule) -> Effect:
    new = to_row(after)
    if before is None:
        return Effect(noun, after.id, None, new)
    old = to_row(before)
    differing = [name for name in new if name != "version" and old[name] != new[name]]
    return Effect(noun, after.id, {n: old[n] for n in differing}, {n: new[n] for n in differing})
