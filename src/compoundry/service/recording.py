"""Keep what a person decided as a run that has ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from compoundry.model import Caller, Counts, Run
from compoundry.service.app import App
from compoundry.store import finish, runs
from compoundry.store.database import Connection
from compoundry.store.journal import Entry


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
