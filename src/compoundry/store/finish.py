"""Finish a run in one transaction: its changes and its final state, or nothing at all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from compoundry.errors import Stale
from compoundry.job import Alike, Measure, Plan, View, parts_of
from compoundry.model import Counts, Reason, Run
from compoundry.store import announcing, edits, insights, journal, many, runs
from compoundry.store.batches import Batch, Entry
from compoundry.store.journal import Written
from compoundry.store.scanning import room

_NAMED = 20


def plan(connection: Connection, run: Run, view: View, decided: Plan, *, fingerprint: str, now: datetime) -> None:
    """Keep a plan, apply it unless the run is dry, and complete the run.

    Raises PlanBroken, Stale or LostRun, and then nothing of it has happened.
    """
    decided.must_account_for(view)
    written = journal.entries(decided, {i.id: i for i in view.insights})
    if not run.dry_run:
        insights.lock(connection, run.workspace_id)
        if not _measures(decided):
            many.must_be_current(connection, run.workspace_id, decided.dispositions)
        _must_fit(connection, run, [e for e in written if isinstance(e, Entry) and not _on_insights(e)])
        _act(connection, run, written, now)
    journal.write(connection, run.workspace_id, run.id, written)
    journal.keep_dispositions(connection, run.workspace_id, run.id, decided.dispositions)
    runs.complete(connection, run, counts=decided.counts, plan_hash=decided.hash, fingerprint=fingerprint, now=now, notes=decided.notes)
    announcing.completed(connection, run, decided.counts, _singles(written), now)


def stored(connection: Connection, run: Run, subject: Run, *, now: datetime) -> None:
    """Apply exactly the plan that a dry run stored, and complete the run."""
    insights.lock(connection, run.workspace_id)
    told = journal.dispositions(connection, run.workspace_id, subject.id)
    if subject.counts.scanned and not told:
        raise Stale("the preview is so old that what it read was forgotten; make a new one")
    many.must_be_current(connection, run.workspace_id, told)
    written = journal.written(connection, run.workspace_id, subject.id)
    _must_fit(connection, run, written)
    _act(connection, run, written, now)
    journal.write(connection, run.workspace_id, run.id, written)
    journal.keep_dispositions(connection, run.workspace_id, run.id, told)
    known = subject.plan_hash or ""
    runs.complete(connection, run, counts=subject.counts, plan_hash=known, fingerprint="", now=now, notes=subject.notes)
    announcing.completed(connection, run, subject.counts, _singles(written), now)


def reverted(connection: Connection, run: Run, subject: Run, *, now: datetime) -> None:
    """Take back what a run changed; what was edited later stays, listed among the run's changes as kept."""
    insights.lock(connection, run.workspace_id)
    done = [one for one in journal.written(connection, run.workspace_id, subject.id) if isinstance(one, Batch) or one.effects]
    undone, kept = _possible(connection, run, [one.undone() for one in reversed(done)])
    _act(connection, run, undone, now)
    journal.write(connection, run.workspace_id, run.id, [*undone, *kept])
    counts = Counts(scanned=subject.counts.scanned, affected=len(_insights(undone)), errors=len(kept))
    runs.complete(connection, run, counts=counts, plan_hash="", fingerprint="", now=now, notes=_said_of(kept))
    announcing.completed(connection, run, counts, _singles(undone), now)


def _said_of(kept: Sequence[Entry]) -> tuple[Reason, ...]:
    """Say in a run's notes that something couldn't be taken back."""
    if not kept:
        return ()
    text = f"{len(kept)} of its changes couldn't be taken back, because somebody changed the same since; `changes` lists them as keep."
    return (Reason("later_edits_kept", text, {"kept": len(kept), "subjects": [entry.subject for entry in kept[:_NAMED]]}),)


def entries(connection: Connection, run: Run, written: Sequence[Entry], *, now: datetime) -> None:
    """Apply the entries of a run that has ended already: a person's decision."""
    _must_fit(connection, run, written)
    _act(connection, run, written, now)
    journal.write(connection, run.workspace_id, run.id, written)


def _act(connection: Connection, run: Run, written: Sequence[Written], now: datetime) -> None:
    """Edit the rows; batches change insights that no other entry of the same run changes, so that their order is free."""
    edits.act(connection, run.workspace_id, [e for entry in _singles(written) for e in entry.effects], now)
    with room(connection):
        many.change(connection, run.workspace_id, [one for one in written if isinstance(one, Batch)], now)


def _must_fit(connection: Connection, run: Run, written: Sequence[Written]) -> None:
    clashes = set(edits.blocked(connection, run.workspace_id, _singles(written)).values())
    for batch in (one for one in written if isinstance(one, Batch)):
        clashes |= set(many.clashing(connection, run.workspace_id, batch).values())
    if clashes:
        told = sorted(clashes)
        raise Stale(f"the plan no longer fits: {told[0]}; make a new plan", {"changed": told[:100]})


def _possible(connection: Connection, run: Run, taken: Sequence[Written]) -> tuple[list[Written], list[Entry]]:
    """Part what can be done from what has to stay as it is because somebody changed the rows since."""
    kept: list[Entry] = []
    undone: list[Written] = []
    singles = _singles(taken)
    blocked = edits.blocked(connection, run.workspace_id, singles)
    kept += [_kept(singles[n], why) for n, why in sorted(blocked.items())]
    stays = {id(singles[n]) for n in blocked}
    for one in taken:
        if isinstance(one, Batch):
            clash = many.clashing(connection, run.workspace_id, one)
            kept += [_kept(one.entry(n), why) for n, why in sorted(clash.items())]
            undone.append(one.only([n for n in range(len(one)) if n not in clash]) if clash else one)
        elif id(one) not in stays:
            undone.append(one)
    return [one for one in undone if isinstance(one, Entry) or len(one)], kept


def _measures(decided: Plan) -> bool:
    """Tell whether a plan only measures: a snapshot stays true of the moment of looking, whatever was written since."""
    return all(not isinstance(part, Alike) and all(isinstance(c, Measure) for c in part) for part in parts_of(decided.changes))


def _singles(written: Sequence[Written]) -> list[Entry]:
    return [one for one in written if isinstance(one, Entry)]


def _on_insights(entry: Entry) -> bool:
    return all(e.noun == "insight" for e in entry.effects)


def _insights(written: Sequence[Written]) -> set[str]:
    found = {e.id for entry in _singles(written) for e in entry.effects if e.noun == "insight"}
    return found.union(*(one.insights for one in written if isinstance(one, Batch)))


def _kept(entry: Entry, why: str) -> Entry:
    told = replace(entry.reason, code="kept", text=f"kept as it is: {why}")
    return replace(entry, kind="keep", reason=told, effects=())
