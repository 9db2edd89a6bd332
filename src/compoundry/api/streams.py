"""Stream what happens as Server-Sent Events: new insights, events of the workspace, the way of a run."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import Header, Query, Request
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from compoundry import wire
from compoundry.api.answers import Answer
from compoundry.api.hub import Hub
from compoundry.api.paging import Limit
from compoundry.api.routing import app, caller, needs, router
from compoundry.lifecycle import finished
from compoundry.model import Insight, Run
from compoundry.service import happening, runs
from compoundry.store.events import cursor

routes = router("streams")

PING_S = 30
REPLAYED = 20
STREAM: dict[str, Any] = {
    "response_model": None,
    "response_class": EventSourceResponse,
    "responses": {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
}
LONGEST_GLANCE_S = 10.0

LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", description="The id of the last event that arrived")]


@routes.get("/insights/stream", **STREAM, **needs("insight.stream"))
async def insight_stream(request: Request, last_event_id: LastEventId = None) -> EventSourceResponse:
    """Stream new insights: up to 20 recent ones first, then live; resumes after Last-Event-ID without a gap."""
    return _streamed(_insights(request, _seen(last_event_id)))


@routes.get("/events", **STREAM, **needs("record.read"))
async def event_stream(
    request: Request,
    last_event_id: LastEventId = None,
    kind: Annotated[list[str] | None, Query(description="Only these kinds")] = None,
) -> EventSourceResponse:
    """Stream what happens in the workspace: runs, candidates, patterns, rules, metrics beyond their bounds."""
    who, kinds = caller(request), kind or []
    await run_in_threadpool(happening.events, app(request), who, kinds=kinds, limit=1)
    return _streamed(_events(request, _seen(last_event_id), kinds))


@routes.get("/events/past", response_model=None, **needs("record.read"))
def past_events(
    request: Request,
    after: Annotated[str | None, Query(description="Only after the event with this id")] = None,
    kind: Annotated[list[str] | None, Query(description="Only these kinds")] = None,
    limit: Limit = 100,
) -> Answer:
    """List what has happened after an event, oldest first."""
    found = happening.events(app(request), caller(request), after=after, kinds=kind or [], limit=limit)
    return Answer({"data": [wire.event(one) for one in found]})


@routes.get(
    "/compounding/jobs/{job_run_id}/events",
    **STREAM,
    **needs("record.read"),
)
async def run_stream(request: Request, job_run_id: str, last_event_id: LastEventId = None) -> EventSourceResponse:
    """Stream how a run is doing, until it has ended."""
    first = await run_in_threadpool(runs.status, app(request), caller(request), job_run_id)
    return _streamed(_run(request, first, last_event_id))


async def _insights(request: Request, seen: str | None) -> AsyncIterator[ServerSentEvent]:
    who = caller(request)
    yield ServerSentEvent(comment=f"connected workspace_id={who.workspace_id} token_id={who.name}")
    name, slug = await run_in_threadpool(happening.named_workspace, app(request), who)

    def told(kind: str, found: list[Insight], id: str) -> ServerSentEvent:
        body = {
            "workspace": {"id": str(who.workspace_id), "name": name, "slug": slug},
            "insights": [wire.insight(one, who.workspace_id) for one in found],
            "insight_count": len(found),
            "emitted_at": wire.moment(datetime.now(UTC)),
        }
        return _event(kind, body, id)

    start = seen or ""
    if not start:
        start, recent = await run_in_threadpool(happening.replay, app(request), who, limit=REPLAYED)
        if recent:
            yield told("insight.replay", recent, start)
    async for event in _following(request, start, ["insight.created"]):
        found = await run_in_threadpool(happening.batch, app(request), who, event.body["ids"])
        if found:
            yield told("insight.batch.created", found, event.id)


async def _events(request: Request, seen: str | None, kinds: list[str]) -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(comment=f"connected workspace_id={caller(request).workspace_id}")
    start = seen or ""
    if not start:
        start = await run_in_threadpool(happening.latest_event, app(request), caller(request))
    async for event in _following(request, start, kinds):
        yield _event(event.kind, wire.event(event), event.id)


async def _following(request: Request, seen: str, kinds: list[str]) -> AsyncIterator[Any]:
    quiet_s = 0.0
    while True:
        found = await run_in_threadpool(happening.events, app(request), caller(request), after=seen, kinds=kinds, limit=200)
        for event in found:
            yield event
            seen = event.id
        if not found:  # what a long transaction held back shows itself without a commit of its own: look again, ever more rarely
            quiet_s = min(LONGEST_GLANCE_S, quiet_s + 1)
            quiet_s = 0.0 if await _hub(request).next(quiet_s) else quiet_s


async def _run(request: Request, run: Run, last: str | None) -> AsyncIterator[ServerSentEvent]:
    """Tell each change of a run once; the id says which state was told, so that a reader who resumes isn't told it again."""
    told = last
    while True:
        id = f"{run.attempt}.{run.stage}.{run.processed}.{run.state}"
        if id != told:
            told = id
            body = {"stage": run.stage, "processed": run.processed, "total": run.total, **wire.status(run)}
            yield _event("run.progress" if not finished(run) else f"run.{run.state}", body, id)
        if finished(run):
            return
        await _hub(request).next(0.25)
        run = await run_in_threadpool(runs.status, app(request), caller(request), run.id)


def _seen(last_event_id: str | None) -> str | None:
    if last_event_id:
        cursor(last_event_id)
    return last_event_id or None


def _hub(request: Request) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


def _event(kind: str, body: Any, id: str) -> ServerSentEvent:
    return ServerSentEvent(event=kind, data=orjson.dumps(body).decode(), id=id)


def _streamed(told: AsyncIterator[ServerSentEvent]) -> EventSourceResponse:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(told, ping=PING_S, ping_message_factory=lambda: ServerSentEvent(comment="keepalive"), headers=headers)
