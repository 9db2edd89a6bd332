"""Ask for runs, and when jobs come by themselves."""

from typing import Any

from compoundry.client.calls.call import PAGE, PATH, Call, Page, each, listed, nothing, quoted
from compoundry.client.nouns import Body, Change, Disposition, Progress, Run


def trigger(job_type: str, *, dry_run: bool, idempotency_key: str) -> Call[Run]:
    """Ask for a run of a job."""
    body = {"job_type": job_type, "dry_run": dry_run}
    return Call("POST", f"{PATH}/compounding/trigger", Run.read, body=body, idempotency_key=idempotency_key)


def status(id: str, *, wait_s: float = 0) -> Call[Run]:
    """Ask how a run is doing; a server that knows how to waits until it ends, others answer at once."""
    return Call("GET", _run(id), Run.read, query={"wait": f"{wait_s:g}"} if wait_s else {}, timeout_s=wait_s)


def progress(id: str) -> Call[Progress]:
    """Ask how far a run is."""
    return Call("GET", f"{_run(id)}/progress", Progress.read)


def runs(*, limit: int = PAGE, job_type: str | None = None, status: str | None = None, dry_run: bool | None = None) -> Call[Page[Run]]:
    """Ask for runs, newest first."""
    real = None if dry_run is None else str(dry_run).lower()
    return listed(f"{PATH}/compounding/jobs", Run.read, {"limit": limit, "job_type": job_type, "status": status, "dry_run": real})


def changes(id: str, *, limit: int = PAGE) -> Call[Page[Change]]:
    """Ask what a run decided."""
    return listed(f"{_run(id)}/changes", Change.read, {"limit": limit})


def dispositions(id: str, *, limit: int = PAGE, outcome: str | None = None) -> Call[Page[Disposition]]:
    """Ask what became of each insight that a run scanned."""
    return listed(f"{_run(id)}/dispositions", Disposition.read, {"limit": limit, "outcome": outcome})


def act(id: str, verb: str) -> Call[Run]:
    """Apply, revert, cancel or retry a run."""
    return Call("POST", f"{_run(id)}/{verb}", Run.read)


def run_events(id: str) -> Call[Any]:
    """Follow a run until it ends."""
    return Call("GET", f"{_run(id)}/events", nothing, accept="text/event-stream")


def scheduled() -> Call[tuple[Body, ...]]:
    """Ask when jobs come by themselves."""
    return Call("GET", f"{PATH}/compounding/schedules", lambda body: each(dict, body["data"]))


def schedule(job_type: str, cron: str | None, *, time_zone: str) -> Call[tuple[Body, ...]]:
    """Let a job come by itself, or no more."""
    body = {"job_type": job_type, "cron": cron, "time_zone": time_zone}
    return Call("PUT", f"{PATH}/compounding/schedules", lambda told: each(dict, told["data"]), body=body)


def _run(id: str) -> str:
    return f"{PATH}/compounding/jobs/{quoted(id)}"
