"""Trigger jobs and follow their runs over HTTP."""

import asyncio
import hashlib
import time
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from compoundry import wire
from compoundry.api.answers import Answer
from compoundry.api.bodies import Accepted, Status, TriggerIn
from compoundry.api.paging import Cursor, Limit, Position, page
from compoundry.api.routing import app, caller, json_body, needs, once, parsed, router
from compoundry.errors import Invalid
from compoundry.lifecycle import finished
from compoundry.model import Run
from compoundry.service import runs
from compoundry.service.runs import Idempotency

routes = router("compounding")

WAIT_POLL_S = 0.1
MOST_WAIT_S = 60
WAIT = {
    "name": "wait",
    "in": "query",
    "required": False,
    "description": "Seconds to wait for the end of the run",
    "schema": {"type": "number", "minimum": 0, "maximum": MOST_WAIT_S, "default": 0},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the answer that is known already",
    "schema": {"type": "string"},
}
_TAG = {"ETag": {"schema": {"type": "string"}, "description": "Names this answer"}}
_KNOWN: dict[int | str, dict[str, Any]] = {
    200: {"model": Status, "headers": {**_TAG, "Retry-After": {"schema": {"type": "integer"}, "description": "While it has not ended"}}},
    304: {"description": "Nothing has changed", "headers": _TAG},
}
_NAME, _NAMES_AT_MOST = 60, 20  # characters, and how many, of the fields that a trigger ignores
_NAMES = {"accepted", "running", "completed", "failed"}


async def _trigger_body(request: Request) -> TriggerIn:
    return parsed(TriggerIn, await json_body(request))


@routes.post(
    "/compounding/trigger", status_code=202, response_model=None, responses={202: {"model": Accepted}}, **needs("record.write", TriggerIn)
)
def trigger(
    request: Request, body: Annotated[TriggerIn, Depends(_trigger_body)], once: Annotated[Idempotency | None, Depends(once)]
) -> Answer:
    """Store a run of a job; a worker carries it out in the background."""
    run = runs.trigger(app(request), caller(request), body.job_type, dry_run=body.dry_run, once=once)
    ignored = sorted(name[:_NAME] for name in body.model_extra or ())[:_NAMES_AT_MOST]
    return Answer({**wire.accepted(run), **({"ignored": ignored} if ignored else {})}, status_code=202)


@routes.get("/compounding/jobs", response_model=None, **needs("record.read"))
def newest(
    request: Request,
    limit: Limit = 50,
    cursor: Cursor = None,
    job_type: Annotated[str | None, Query(description="Only of this job")] = None,
    status: Annotated[str | None, Query(description="Only accepted, running, completed or failed ones")] = None,
    dry_run: Annotated[bool | None, Query(description="Only dry runs, or only real ones")] = None,
) -> Answer:
    """List runs, newest first."""
    if status is not None and status not in _NAMES:
        raise Invalid(f"status: must be one of {', '.join(sorted(_NAMES))}")
    found = runs.newest(app(request), caller(request), limit=limit + 1, cursor=cursor, job_type=job_type, state=status, dry_run=dry_run)
    return Answer(page(found, limit, wire.status, lambda run: run.id))


@routes.get("/compounding/jobs/{job_run_id}", response_model=None, responses=_KNOWN, **needs("record.read", by_hand=[WAIT, IF_NONE_MATCH]))
async def status(request: Request, job_run_id: str) -> Response:
    """Tell how a run is doing, at once or when it has ended."""
    run = await _awaited(request, job_run_id, _wait(request))
    answer = Answer(wire.status(run))
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    if not finished(run):
        answer.headers["Retry-After"] = "1"
    return answer


@routes.get("/compounding/jobs/{job_run_id}/progress", response_model=None, **needs("record.read"))
def progress(request: Request, job_run_id: str) -> Answer:
    """Tell how far a run is."""
    run = runs.status(app(request), caller(request), job_run_id)
    return Answer(
        {"stage": run.stage, "processed": run.processed, "total": run.total, "updated_at": wire.moment(run.progress_at or run.accepted_at)}
    )


@routes.get("/compounding/jobs/{job_run_id}/changes", response_model=None, **needs("record.read"))
def changes(request: Request, job_run_id: str, limit: Limit = 100, cursor: Position = -1) -> Answer:
    """List what a run decided, change by change; the same for a dry run and a real one."""
    found = runs.changes(app(request), caller(request), job_run_id, after=cursor, limit=limit + 1)
    return Answer(page(found, limit, lambda pair: wire.change(*pair), lambda pair: pair[0]))


@routes.get("/compounding/jobs/{job_run_id}/dispositions", response_model=None, **needs("record.read"))
def dispositions(
    request: Request,
    job_run_id: str,
    limit: Limit = 100,
    cursor: Position = -1,
    outcome: Annotated[str | None, Query(description="Only these, such as kept, merged, proposed or failed")] = None,
) -> Answer:
    """List what became of each insight that a run scanned."""
    told = enumerate(runs.dispositions(app(request), caller(request), job_run_id))
    found = [(n, d) for n, d in told if n > cursor and outcome in (None, d.outcome)]
    return Answer(page(found[: limit + 1], limit, lambda pair: wire.disposition(pair[1]), lambda pair: pair[0]))


@routes.post(
    "/compounding/jobs/{job_run_id}/apply",
    status_code=202,
    response_model=None,
    responses={202: {"model": Accepted}},
    **needs("record.write"),
)
def apply(request: Request, job_run_id: str) -> Answer:
    """Apply exactly the plan of a finished dry run."""
    return Answer(wire.accepted(runs.apply(app(request), caller(request), job_run_id)), status_code=202)


@routes.post(
    "/compounding/jobs/{job_run_id}/revert",
    status_code=202,
    response_model=None,
    responses={202: {"model": Accepted}},
    **needs("record.write"),
)
def revert(request: Request, job_run_id: str) -> Answer:
    """Take back what a finished run changed."""
    return Answer(wire.accepted(runs.revert(app(request), caller(request), job_run_id)), status_code=202)


@routes.post("/compounding/jobs/{job_run_id}/cancel", response_model=None, responses={200: {"model": Status}}, **needs("record.write"))
def cancel(request: Request, job_run_id: str) -> Answer:
    """Ask a run to stop before it applies anything."""
    return Answer(wire.status(runs.cancel(app(request), caller(request), job_run_id)))


@routes.post(
    "/compounding/jobs/{job_run_id}/retry",
    status_code=202,
    response_model=None,
    responses={202: {"model": Accepted}},
    **needs("record.write"),
)
def retry(request: Request, job_run_id: str) -> Answer:
    """Run a failed run's job again, as a new run."""
    return Answer(wire.accepted(runs.retry(app(request), caller(request), job_run_id)), status_code=202)


async def _awaited(request: Request, id: str, seconds: float) -> Run:
    until, leaving = time.monotonic() + seconds, app(request).leaving
    while not finished(run := await _read(request, id)) and time.monotonic() < until and not leaving.is_set():
        await asyncio.sleep(min(WAIT_POLL_S, max(0.0, until - time.monotonic())))
    return run


async def _read(request: Request, id: str) -> Run:
    """Read one row: on SQLite right here, because that takes 0.2 ms and never waits; a thread would double it."""
    if app(request).database.is_sqlite:
        return runs.status(app(request), caller(request), id)
    return await run_in_threadpool(runs.status, app(request), caller(request), id)


def _wait(request: Request) -> float:
    """Read the parameter `wait` by hand: clients poll this route more than all others together."""
    given = request.query_params.get("wait")
    if given is None:
        return 0.0
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= MOST_WAIT_S:
        raise Invalid(f"wait: must be a number of seconds from 0 to {MOST_WAIT_S}")
    return seconds
