"""Read patterns, rules and metrics over HTTP."""

from typing import Annotated

from fastapi import Query, Request

from compoundry import times, wire
from compoundry.api.answers import Answer
from compoundry.api.paging import AsOf, Cursor, Limit, page
from compoundry.api.routing import app, caller, needs, router
from compoundry.service import knowledge

routes = router("knowledge")


@routes.get("/patterns", response_model=None, **needs("record.read"))
def patterns(
    request: Request,
    limit: Limit = 50,
    cursor: Cursor = None,
    kind: Annotated[str | None, Query(description="Only theme, habit, sequence, co_occurrence or period")] = None,
    status: Annotated[str | None, Query(description="Only candidate, accepted, rejected or retired ones")] = None,
    trend: Annotated[str | None, Query(description="Only rising, steady or fading ones")] = None,
    as_of: AsOf = None,
) -> Answer:
    """List patterns, those with the most support first."""
    then, who = times.moment("as_of", as_of), caller(request)
    found = knowledge.patterns(app(request), who, limit=limit + 1, cursor=cursor, kind=kind, status=status, trend=trend, as_of=then)
    return Answer(page(found, limit, wire.noun, lambda pattern: pattern.id))


@routes.get("/rules", response_model=None, **needs("record.read"))
def rules(
    request: Request,
    limit: Limit = 50,
    cursor: Cursor = None,
    status: Annotated[str | None, Query(description="Only candidate, active, rejected or retired ones")] = None,
    as_of: AsOf = None,
) -> Answer:
    """List rules, the surest first."""
    then = times.moment("as_of", as_of)
    found = knowledge.rules(app(request), caller(request), limit=limit + 1, cursor=cursor, status=status, as_of=then)
    return Answer(page(found, limit, wire.rule, lambda rule: rule.id))


@routes.get("/compounding/metrics", response_model=None, **needs("record.read"))
def metrics(
    request: Request,
    limit: Limit = 100,
    from_: Annotated[str | None, Query(alias="from", description="RFC 3339; counts in")] = None,
    to: Annotated[str | None, Query(description="RFC 3339; doesn't count in")] = None,
    metric: Annotated[str | None, Query(description="Only the values of this figure, or of a part of one, such as age_days.p90")] = None,
) -> Answer:
    """Return snapshots of the workspace's health as a time series, oldest first."""
    since, until = times.moment("from", from_), times.moment("to", to)
    found = knowledge.metrics(app(request), caller(request), since=since, until=until, limit=limit, metric=metric)
    if metric is not None:
        return Answer({"data": [{"at": wire.moment(s.at), "value": s.figures[metric]} for s in found]})
    return Answer({"data": [wire.noun(snapshot) for snapshot in found]})
