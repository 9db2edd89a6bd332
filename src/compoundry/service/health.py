"""Tell operators how the whole installation is doing."""

from dataclasses import dataclass
from datetime import datetime

from compoundry.errors import Unavailable
from compoundry.service.app import App
from compoundry.store import migrate, runs
from compoundry.store.database import clock


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


def _age_s(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
