"""End runs that were cancelled while their job plans and doesn't listen."""

from collections.abc import Mapping

import structlog

from compoundry.engine import figures
from compoundry.engine.execution import explained
from compoundry.engine.workshop import Workshop
from compoundry.errors import Cancelled, LostRun
from compoundry.model import Run
from compoundry.store import announcing, claims, runs
from compoundry.store.database import clock

log = structlog.get_logger(__name__)

EVERY_S = 0.75  # a job has so long to stop by itself, and twice that passes at the most
Attempts = frozenset[tuple[str, int]]


def end_cancelled(shop: Workshop, traces: Mapping[str, str], seen: Attempts) -> Attempts:
    """End what was cancelled and seen at the last look already, and return what is seen now.

    `traces` has the trace of each run that is carried out here. What its job still plans is refused like any late result.
    """
    if not traces:
        return frozenset()
    with shop.database.read() as connection:
        asked = claims.cancelled(connection, shop.worker)
    for run in asked:
        if (run.id, run.attempt) in seen and run.id in traces:
            _end(shop, run, traces[run.id])
    return frozenset((run.id, run.attempt) for run in asked)


def _end(shop: Workshop, run: Run, trace_id: str) -> None:
    told = explained(run, run.stage, Cancelled("the run was cancelled; nothing was applied"), trace_id)
    try:
        with shop.database.write() as connection:
            now = clock(connection)
            runs.fail(connection, run, error=told, now=now)
            announcing.failed(connection, run, told, now)
    except LostRun:  # it has just ended by itself
        return
    figures.failed(run, str(told["type"]))
    log.info("run cancelled while its job didn't listen", run=run.id, workspace=run.workspace_id, job=run.job_type, stage=run.stage)
