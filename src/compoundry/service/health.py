"""Tell operators how the whole installation is doing."""

from dataclasses import dataclass
from datetime import datetime

from compoundry.errors import Unavailable
from compoundry.model import Snapshot
from compoundry.service.app import App
from compoundry.store import checking, migrate, runs
from compoundry.store.checking import Finding
from compoundry.store.database import clock, open_database
from compoundry.store.findings import newest_snapshots


@dataclass(frozen=True, slots=True)
class Queued:
    """Count the unfinished runs of a job in all workspaces; the oldest has been there for that many seconds."""

    job_type: str
    state: str
    runs: int
    oldest_s: float


def must_be_ready(app: App) -> None:
    """Raise Unavailable unless the database answers and has the schema of this version, and nobody told this process to stop."""
    if app.leaving.is_set():
        raise Unavailable("this process is stopping; ask another one")
    migrate.must_be_current(app.database)


def queue(app: App) -> list[Queued]:
    """Count what waits and what runs, over all workspaces."""
    with app.database.read() as connection:
        now = clock(connection)
        return [Queued(job, state, count, _age_s(oldest, now)) for job, state, count, oldest in runs.queue(connection)]


def measured(app: App) -> list[tuple[int, Snapshot]]:
    """Return the newest snapshot of each workspace's health, with the workspace's id."""
    with app.database.read() as connection:
        return newest_snapshots(connection)


def examine(database_url: str) -> list[Finding]:
    """Check a database and the work on it, changing nothing, also where it is broken, old, or away."""
    database = open_database(database_url)
    try:
        return list(checking.examined(database))
    finally:
        database.close()


def _age_s(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
