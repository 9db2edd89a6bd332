"""Follow rules through their use: what they led to, how far they help, where they came from."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from compoundry import jobs
from compoundry.errors import Invalid
from compoundry.job import Advise, same_id
from compoundry.model import Caller, Reason, Rule, Run
from compoundry.service.app import App
from compoundry.service.recording import recorded
from compoundry.service.said import OutcomeIn, understood
from compoundry.store import insights, outcomes, workspaces
from compoundry.store.database import Connection, clock
from compoundry.store.effects import effects
from compoundry.store.findings import RULES
from compoundry.store.journal import Entry
from compoundry.store.outcomes import Outcome
from compoundry.text import playbook as pages
from compoundry.text.outcomes import lift
from compoundry.text.rulefiles import Unread, Written, rules_in

OUTCOMES = ("helped", "harmed", "not_applicable")
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Lift:
    """Say how much more often things went well in sessions with a rule than without it, with the 95 % interval.

    `difference` and its bounds are None while one side has no outcome.
    """

    rule: str
    exposed: int
    withheld: int
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Imported:
    """Say what became of a rules file: ids of new rules, how many were known, and the lines that are no rules."""

    new: Sequence[str]
    known: int
    unread: Sequence[Unread]
    run: str | None


def report(app: App, caller: Caller, rule: str, outcome: str, *, session: str = "", note: str = "") -> Rule:
    """Say what following a rule led to; returns the rule with its new counts.

    In a session that went without the rule, `helped` says that it went well and `harmed` that it didn't: that counts for
    the lift, not for the rule. Raises NotFound for an unknown rule, Invalid for another outcome.
    """
    caller.need("record.write")
    if outcome not in OUTCOMES:
        raise Invalid(f"outcome: must be one of {', '.join(OUTCOMES)}, not {outcome!r}")
    understood(OutcomeIn, {"outcome": outcome, "session": session, "note": note})
    with app.database.write() as connection:
        insights.lock(connection, caller.workspace_id)
        RULES.one(connection, caller.workspace_id, rule)
        without = bool(session) and outcomes.withheld(connection, caller.workspace_id, session, rule)
        told = Outcome(app.new_id(), rule, outcome, session, without, note, caller.name, clock(connection))
        outcomes.report(connection, caller.workspace_id, told)
        return RULES.one(connection, caller.workspace_id, rule)


def reported(app: App, caller: Caller, rule: str, *, limit: int = 50) -> list[Outcome]:
    """List what was reported of a rule, newest first."""
    caller.need("record.read")
    with app.database.read() as connection:
        RULES.one(connection, caller.workspace_id, rule)
        return outcomes.of_rule(connection, caller.workspace_id, rule, limit=limit)


def lift_of(app: App, caller: Caller, rule: str) -> Lift:
    """Return what a rule changes, measured over the sessions that went without it."""
    caller.need("record.read")
    with app.database.read() as connection:
        RULES.one(connection, caller.workspace_id, rule)
        told = outcomes.tally(connection, caller.workspace_id, rule)
        exposed, withheld = outcomes.exposures(connection, caller.workspace_id, rule)
    sides = [(told["helped", out], told["helped", out] + told["harmed", out]) for out in (False, True)]
    found = lift(*sides[0], *sides[1])
    return Lift(rule, exposed, withheld, *(round(x, 4) for x in found)) if found else Lift(rule, exposed, withheld, None, None, None)


def playbook(
    app: App,
    caller: Caller,
    *,
    max_tokens: int | None = None,
    session: str = "",
    format: str = "json",
    line: Callable[[Rule], str] | None = None,
) -> list[Rule]:
    """Return the rules that agents should follow: the active ones, and candidates until somebody has decided.

    `max_tokens` keeps the surest that fit, written in that `format`, or each as `line` writes it. With a `session` it is noted who got
    which rule, and where the workspace holds rules out (`playbook_synthesis.hold_out`), each is left out of that share of the sessions,
    always the same ones.
    """
    caller.need("record.read")
    with app.database.read() as connection:
        shown = [rule for rule in RULES.everything(connection, caller.workspace_id) if rule.status in ("active", "candidate")]
        share = _hold_out(connection, caller)
    if max_tokens is not None:
        shown = pages.within_tokens(shown, max_tokens, format=format, line=line)
    if not session:
        return shown
    without = {rule.id for rule in shown if rule.status == "active" and _drawn(session, rule.id) < share}
    with app.database.write() as connection:
        given = {rule.id: rule.id in without for rule in shown if rule.status == "active"}
        outcomes.expose(connection, caller.workspace_id, session[:200], given, clock(connection))
    return [rule for rule in shown if rule.id not in without]


def import_rules(app: App, caller: Caller, document: str, *, name: str) -> Imported:
    """Take over the rules of a file as active ones of source `imported`; a rule that is known already is left alone.

    Known is what says the same in the same words, wherever it came from. What stands under “Not reviewed yet”, as in a
    playbook of ours, is a candidate.

    The import is a run that can be reverted. Raises Invalid for a document without any rule.
    """
    caller.need("record.write")
    if len(document.encode()) > _MOST_BYTES:
        raise Invalid(f"document: at most {_MOST_BYTES:,} bytes")
    read = rules_in(document)
    written = [one for one in read if isinstance(one, Written)]
    unread = [one for one in read if isinstance(one, Unread)]
    if not written:
        raise Invalid("document: holds no rules; each must be an item of a list, outside the block that Compoundry has written")
    with app.database.write() as connection:
        insights.lock(connection, caller.workspace_id)
        now, known = clock(connection), _known(RULES.everything(connection, caller.workspace_id))
        made = {rule.id: rule for rule in (_imported(one, name, now) for one in written)}
        fresh = [rule for id, rule in made.items() if id not in known and pages.words(rule) not in known]
        run = _kept(app, connection, caller, fresh, now) if fresh else None
    return Imported([rule.id for rule in fresh], len(made) - len(fresh), unread, run.id if run else None)


def _known(rules: Sequence[Rule]) -> frozenset[str]:
    """Return the ids of rules and what they say, as it stands in a file, whatever became of them."""
    said = (pages.words(rule) for rule in (*rules, *(replace(rule, polished="") for rule in rules)))
    return frozenset((*(rule.id for rule in rules), *said))


def _kept(app: App, connection: Connection, caller: Caller, fresh: Sequence[Rule], now: datetime) -> Run:
    entries = [Entry("import", rule.id, rule.reason, tuple(effects(Advise(rule, None, rule.reason), {}))) for rule in fresh]
    return recorded(app, connection, caller, "playbook_synthesis", fresh[0].id, entries, now)


def _imported(one: Written, name: str, now: datetime) -> Rule:
    where = f"line {one.line} of {name}" + (f", under “{one.section}”" if one.section else "")
    words = " ".join(f"{one.when} {one.do} {one.unless}".casefold().split())
    return Rule(
        id=same_id("rule", "imported", words),
        when=one.when,
        do=one.do,
        unless=one.unless,
        because=f"it stands in {where}",
        evidence=(),
        confidence=0.7,
        source="imported",
        created_at=now,
        reason=Reason("imported", f"imported from {where}", {"file": name, "line": one.line}),
        status="active" if one.reviewed else "candidate",
    )


def _hold_out(connection: Connection, caller: Caller) -> float:
    settings = workspaces.one(connection, caller.workspace_id).policy.get("playbook_synthesis", {})
    return float(jobs.named("playbook_synthesis").policy(settings).hold_out)


def _drawn(session: str, rule: str) -> float:
    """Draw a number from 0 to 1 that is always the same for a session and a rule."""
    return int.from_bytes(hashlib.sha256(f"{session}\0{rule}".encode()).digest()[:8], "big") / 2**64
