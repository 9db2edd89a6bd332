"""Write and read insights over HTTP."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from compoundry import times, wire
from compoundry.api.answers import Answer
from compoundry.api.paging import AsOf, IfMatch, Limit
from compoundry.api.routing import app, caller, json_body, needs, once, parsed, router
from compoundry.errors import CompoundryError, Invalid
from compoundry.service import explaining, insights, recalling
from compoundry.service.insights import MOST
from compoundry.service.intake import InsightIn, read
from compoundry.service.runs import Idempotency
from compoundry.service.said import EditIn, ReinforceIn

routes = router("insights")

About = Annotated[str | None, Query(description="Only about the entity of this name or id")]


async def _edit_body(request: Request) -> EditIn:
    return parsed(EditIn, await json_body(request))


async def _reinforce_body(request: Request) -> ReinforceIn:
    raw = await request.body()
    return parsed(ReinforceIn, await json_body(request) if raw else {})


@routes.get("/insights", response_model=None, **needs("insight.stream"))
def recent(
    request: Request,
    limit: Limit = 20,
    last: Annotated[str | None, Query(description="A duration: 30m, 2h, 1h30m, 1d")] = None,
    from_: Annotated[str | None, Query(alias="from", description="RFC 3339; counts in")] = None,
    to: Annotated[str | None, Query(description="RFC 3339; doesn't count in")] = None,
    type: Annotated[str | None, Query(description="Only of this type")] = None,
    entity: About = None,
    as_of: AsOf = None,
    standing: Annotated[str | None, Query(description="active (if nothing is said), merged, superseded or archived")] = None,
) -> Answer:
    """List insights, newest first: active ones, unless `standing` says otherwise."""
    if last is not None and (from_ or to):
        raise Invalid("last: can't stand together with from or to; use one of them")
    since, until = times.moment("from", from_), times.moment("to", to)
    if since and until and since > until:
        raise Invalid("from: lies after to; swap them")
    span = times.duration(last) if last is not None else None
    who = caller(request)
    then = times.moment("as_of", as_of)
    filters = {"type": type, "entity": entity, "standing": standing}
    found = insights.recent(app(request), who, limit=limit, last=span, since=since, until=until, as_of=then, **filters)
    shown = [wire.insight(one, who.workspace_id) for one in found]
    return Answer({"data": shown, "insights": shown})


@routes.get("/recall", response_model=None, **needs("record.read"))
def recall(
    request: Request,
    query: Annotated[str, Query(max_length=4_000, description="What you want to know")],
    limit: Limit = 10,
    entity: About = None,
    as_of: AsOf = None,
    max_tokens: Annotated[int | None, Query(ge=1, description="Cut the list where the sentences cost more than that")] = None,
) -> Answer:
    """Return what is known about a question, the best answers first."""
    who, then = caller(request), times.moment("as_of", as_of)
    found = recalling.recall(app(request), who, query, limit=limit, entity=entity, as_of=then, max_tokens=max_tokens)
    return Answer({"data": [wire.recalled(one, who.workspace_id) for one in found]})


@routes.post("/insights", status_code=201, response_model=None, **needs("record.write", InsightIn))
def learn(request: Request, given: Annotated[Any, Depends(json_body)], call: Annotated[Idempotency | None, Depends(once)]) -> Answer:
    """Learn one insight or a list; of a list the good ones are kept, and the others named by their index."""
    if isinstance(given, dict) and isinstance(given.get("insights"), list):
        given = given["insights"]
    if not isinstance(given, list):
        (learned,) = insights.learn(app(request), caller(request), [read(given)], once=call)
        differing = [learned.id] if learned.differs else []
        told = {"id": learned.id, "new": learned.new, "ids": [learned.id], "errors": [], "differing": differing}
        return Answer(told, status_code=201)
    if not 0 < len(given) <= MOST:
        raise Invalid(f"send 1 to {MOST} insights at once")
    return _several(request, given, call)


@routes.get("/insights/{id}", response_model=None, **needs("record.read"))
def one(request: Request, id: str) -> Answer:
    """Return one insight, whatever its standing."""
    who = caller(request)
    found = insights.one(app(request), who, id)
    return Answer(wire.insight(found, who.workspace_id), headers={"ETag": f'"{found.version}"'})


@routes.get("/insights/{id}/why", response_model=None, **needs("record.read"))
def why(request: Request, id: str) -> Answer:
    """Tell why an insight is as it is: what runs and people decided about it, and what was kept apart from it."""
    who = caller(request)
    told = explaining.why(app(request), who, id)
    return Answer(wire.story(told, who.workspace_id))


@routes.patch("/insights/{id}", response_model=None, **needs("record.write", EditIn))
def edit(
    request: Request,
    id: str,
    body: Annotated[EditIn, Depends(_edit_body)],
    call: Annotated[Idempotency | None, Depends(once)],
    if_match: IfMatch = None,
) -> Answer:
    """Change an insight by hand."""
    values = body.model_dump(exclude_unset=True, exclude_none=True)
    who = caller(request)
    found = insights.edit(app(request), who, id, values, version=version_of(if_match), once=call)
    return Answer(wire.insight(found, who.workspace_id), headers={"ETag": f'"{found.version}"'})


@routes.delete("/insights/{id}", status_code=204, response_model=None, **needs("record.write"))
def forget(request: Request, id: str, call: Annotated[Idempotency | None, Depends(once)]) -> Response:
    """Erase an insight for good, with what was merged into it."""
    insights.forget(app(request), caller(request), id, once=call)
    return Response(status_code=204)


@routes.post("/insights/{id}/reinforce", response_model=None, **needs("record.write", ReinforceIn))
def reinforce(
    request: Request,
    id: str,
    body: Annotated[ReinforceIn, Depends(_reinforce_body)],
    call: Annotated[Idempotency | None, Depends(once)],
) -> Answer:
    """Add evidence for or against an insight."""
    who = caller(request)
    found = insights.reinforce(app(request), who, id, **body.model_dump(), once=call)
    return Answer(wire.insight(found, who.workspace_id))


def version_of(if_match: str | None) -> int | None:
    """Read the version that a client has seen; raise Invalid for what is none."""
    if if_match is None or if_match.strip() == "*":
        return None
    plain = if_match.strip().removeprefix("W/").strip('"')
    if not plain.isdecimal() or len(plain) > 9:
        raise Invalid("If-Match: must be the ETag that you read")
    return int(plain)


def _several(request: Request, given: list[Any], call: Idempotency | None) -> Answer:
    good, errors = [], []
    for index, one in enumerate(given):
        try:
            good.append(read(one))
        except CompoundryError as error:
            errors.append({"index": index, "message": error.message})
    if not good:
        raise Invalid(f"none of these insights can be learned; the first one: {errors[0]['message']}", {"errors": errors})
    learned = insights.learn(app(request), caller(request), good, once=call)
    differing = [one.id for one in learned if one.differs]
    body = {"ids": [one.id for one in learned], "new": sum(one.new for one in learned), "errors": errors, "differing": differing}
    return Answer(body, status_code=201)
