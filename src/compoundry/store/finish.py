"""Finish a run in one transaction: its changes and its final state, or nothing at all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from compoundry.errors import Stale
from compoundry.job import Plan, View
from compoundry.model import Counts, Run
from compoundry.store import announcing, insights, journal, runs
from compoundry.store.journal import Entry


def plan(connection: Connection, run: Run, view: View, decided: Plan, *, fingerprint: str, now: datetime) -> None:
    """Keep a plan, apply it unless the run is dry, and complete the run.

    Raises PlanBroken, Stale or LostRun, and then nothing of it has happened.
    """
    decided.must_account_for(view)
    written = journal.entries(decided, {i.id: i for i in view.insights})
    if not run.dry_run:
        insights.lock(connection, run.workspace_id)
        journal.must_be_current(connection, run.workspace_id, decided.dispositions)
        _must_fit(connection, run, [e for e in written if not _on_insights(e)])
        _act(connection, run, written, now)
    journal.write(connection, run.workspace_id, run.id, written)
    journal.keep_dispositions(connection, run.workspace_id, run.id, decided.dispositions)
    runs.complete(connection, run, counts=decided.counts, plan_hash=decided.hash, fingerprint=fingerprint, now=now, notes=decided.notes)
    announcing.completed(connection, run, decided.counts, written, now)


def stored(connection: Connection, run: Run, subject: Run, *, now: datetime) -> None:
    """Apply exactly the plan that a dry run stored, and complete the run."""
    insights.lock(connection, run.workspace_id)
    told = journal.dispositions(connection, run.workspace_id, subject.id)
    if subject.counts.scanned and not told:
        raise Stale("the preview is so old that what it read was forgotten; make a new one")
    journal.must_be_current(connection, run.workspace_id, told)
    written = [entry for _, entry in journal.read(connection, run.workspace_id, subject.id)]
    _must_fit(connection, run, written)
    _act(connection, run, written, now)
    journal.write(connection, run.workspace_id, run.id, written)
    journal.keep_dispositions(connection, run.workspace_id, run.id, told)
    known = subject.plan_hash or ""
    runs.complete(connection, run, counts=subject.counts, plan_hash=known, fingerprint="", now=now, notes=subject.notes)
    announcing.completed(connection, run, subject.counts, written, now)


def reverted(connection: Connection, run: Run, subject: Run, *, now: datetime) -> None:
    """Take back what a run changed; what was edited later stays, listed among the run's changes as kept."""
    insights.lock(connection, run.workspace_id)
    done = [entry for _, entry in journal.read(connection, run.workspace_id, subject.id) if entry.effects]
    taken = [entry.undone() for entry in reversed(done)]
    kept = journal.blocked(connection, run.workspace_id, taken)
    undone = [entry for n, entry in enumerate(taken) if n not in kept]
    _act(connection, run, undone, now)
    listed = [_kept(entry, kept[n]) if n in kept else entry for n, entry in enumerate(taken)]
    journal.write(connection, run.workspace_id, run.id, listed)
    counts = Counts(scanned=subject.counts.scanned, affected=len(_insights(undone)), errors=len(kept))
    runs.complete(connection, run, counts=counts, plan_hash="", fingerprint="", now=now)
    announcing.completed(connection, run, counts, undone, now)


def entries(connection: Connection, run: Run, written: Sequence[Entry], *, now: datetime) -> None:
    """Apply the entries of a run that has ended already: a person's decision."""
    _must_fit(connection, run, written)
    _act(connection, run, written, now)
    journal.write(connection, run.workspace_id, run.id, written)


def _act(connection: Connection, run: Run, written: Sequence[Entry], now: datetime) -> None:
    journal.act(connection, run.workspace_id, [e for entry in written for e in entry.effects], now)


def _must_fit(connection: Connection, run: Run, written: Sequence[Entry]) -> None:
    if clashes := sorted(set(journal.blocked(connection, run.workspace_id, written).values())):
        raise Stale(f"the plan no longer fits: {clashes[0]}; make a new plan", {"changed": clashes[:100]})


def _on_insights(entry: Entry) -> bool:
    return all(e.noun == "insight" for e in entry.effects)


def _insights(written: Sequence[Entry]) -> set[str]:
    return {e.id for entry in written for e in entry.effects if e.noun == "insight"}


def _kept(entry: Entry, why: str) -> Entry:
    told = replace(entry.reason, code="kept", text=f"kept as it is: {why}")
    return replace(entry, kind="keep", reason=told, effects=())
