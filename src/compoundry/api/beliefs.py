"""Look ahead and behind over HTTP: forecasts, half-lives, and what rests on a source."""

from typing import Annotated

from fastapi import Depends, Query, Request

from compoundry import wire
from compoundry.api.answers import Answer
from compoundry.api.bodies import TrustIn
from compoundry.api.routing import app, caller, json_body, needs, parsed, router
from compoundry.service import beliefs, sources

routes = router("beliefs")

Source = Annotated[str, Query(description="A source, as evidence names it")]


async def _trust_body(request: Request) -> TrustIn:
    return parsed(TrustIn, await json_body(request))


@routes.get("/insights/{id}/forecast", response_model=None, **needs("record.read"))
def forecast(
    request: Request,
    id: str,
    below: Annotated[float | None, Query(description="A confidence between 0 and 1")] = None,
    days: Annotated[float | None, Query(description="How far to look ahead")] = None,
) -> Answer:
    """Tell how an insight will fade unless somebody confirms it."""
    return Answer(wire.forecast(beliefs.forecast(app(request), caller(request), id, below=below, days=days)))


@routes.get("/half-lives", response_model=None, **needs("record.read"))
def half_lives(request: Request) -> Answer:
    """Return the half-lives in use, and those that the workspace's own history suggests."""
    return Answer(wire.half_lives(beliefs.half_lives_of(app(request), caller(request))))


@routes.get("/sources", response_model=None, **needs("record.read"))
def known(request: Request) -> Answer:
    """List who said how much, and how far each is trusted."""
    return Answer({"data": [wire.source(one) for one in sources.known(app(request), caller(request))]})


@routes.put("/sources", response_model=None, **needs("record.write", TrustIn))
def trust(request: Request, body: Annotated[TrustIn, Depends(_trust_body)]) -> Answer:
    """Set how far a source is trusted: 0 retracts all that it said, 1 trusts it like any other."""
    return Answer(wire.source(sources.trust(app(request), caller(request), body.source, body.trust)))


@routes.get("/sources/blast-radius", response_model=None, **needs("record.read"))
def blast_radius(request: Request, source: Source) -> Answer:
    """Return what rests on a source: insights, patterns and rules."""
    return Answer(wire.blast_radius(sources.blast_radius(app(request), caller(request), source)))
