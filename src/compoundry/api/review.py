"""Review candidates over HTTP."""

from typing import Annotated

from fastapi import Depends, Query, Request

from compoundry import wire
from compoundry.api.answers import Answer
from compoundry.api.insights import version_of
from compoundry.api.paging import Cursor, IfMatch, Limit, page
from compoundry.api.routing import app, caller, json_body, needs, parsed, router
from compoundry.model import Candidate, Run
from compoundry.service import insights, review
from compoundry.service.said import DecisionIn, ManyIn, RejectionIn

routes = router("review")


async def _decision_body(request: Request) -> DecisionIn:
    return parsed(DecisionIn, await json_body(request) if await request.body() else {})


async def _rejection_body(request: Request) -> RejectionIn:
    return parsed(RejectionIn, await json_body(request) if await request.body() else {})


async def _many_body(request: Request) -> ManyIn:
    return parsed(ManyIn, await json_body(request))


Decision = Annotated[DecisionIn, Depends(_decision_body)]
Rejection = Annotated[RejectionIn, Depends(_rejection_body)]


@routes.get("/candidates", response_model=None, **needs("record.read"))
def queue(
    request: Request,
    limit: Limit = 50,
    cursor: Cursor = None,
    status: Annotated[str, Query(description="open, accepted, rejected or withdrawn")] = "open",
    kind: Annotated[str | None, Query(description="Only this kind, such as merge, pattern or rule")] = None,
) -> Answer:
    """List what waits for a person, the surest first."""
    who = caller(request)
    found = review.queue(app(request), who, limit=limit + 1, cursor=cursor, status=status, kind=kind)
    about = insights.named(app(request), who, [id for asked in found for id in asked.subjects])
    return Answer(page(found, limit, lambda asked: wire.candidate(asked, about, who.workspace_id), lambda asked: asked.id))


@routes.get("/candidates/{id}", response_model=None, **needs("record.read"))
def one(request: Request, id: str) -> Answer:
    """Return one candidate with its insights."""
    return _shown(request, review.one(app(request), caller(request), id))


@routes.post("/candidates/{id}/accept", response_model=None, **needs("record.write", DecisionIn))
def accept(request: Request, id: str, body: Decision, if_match: IfMatch = None) -> Answer:
    """Do what the candidate proposes."""
    version = version_of(if_match)
    system, who = app(request), caller(request)
    return _shown(request, *review.accept(system, who, id, version=version, **body.model_dump()))


@routes.post("/candidates/accept", response_model=None, **needs("record.write", ManyIn))
def accept_many(request: Request, body: Annotated[ManyIn, Depends(_many_body)]) -> Answer:
    """Accept all open candidates of a kind from a score on; each is a run of its own, and can be reverted alone."""
    done = review.accept_many(app(request), caller(request), kind=body.kind, at_least=body.at_least, most=body.most, note=body.note)
    return Answer(wire.many(done))


@routes.post("/candidates/{id}/reject", response_model=None, **needs("record.write", RejectionIn))
def reject(request: Request, id: str, body: Rejection, if_match: IfMatch = None) -> Answer:
    """Refuse the candidate for good."""
    return _shown(request, *review.reject(app(request), caller(request), id, version=version_of(if_match), note=body.note))


@routes.post("/insights/{id}/unmerge", response_model=None, **needs("record.write"))
def unmerge(
    request: Request,
    id: str,
    whole: Annotated[bool, Query(alias="all", description="Take out all that was merged into it, at most 100 at once")] = False,
) -> Answer:
    """Take one merge back, for good."""
    who = caller(request)
    run = review.unmerge(app(request), who, id, whole=whole)
    return Answer({**wire.insight(insights.named(app(request), who, [id])[id], who.workspace_id), "job_run_id": run.id})


def _shown(request: Request, asked: Candidate, run: Run | None = None) -> Answer:
    who = caller(request)
    about = insights.named(app(request), who, asked.subjects)
    decided = {"job_run_id": run.id} if run else {}
    return Answer({**wire.candidate(asked, about, who.workspace_id), **decided}, headers={"ETag": f'"{asked.version}"'})
