"""Take in texts and answer questions, as existing clients do."""

from typing import Annotated

from fastapi import Depends, Request

from compoundry import wire
from compoundry.api.answers import Answer
from compoundry.api.bodies import AskIn, TellIn
from compoundry.api.routing import app, caller, json_body, needs, once, parsed, router
from compoundry.service import asking, telling
from compoundry.service.runs import Idempotency

routes = router("context")


async def _told(request: Request) -> TellIn:
    return parsed(TellIn, _without_nulls(await json_body(request)))


async def _asked(request: Request) -> AskIn:
    return parsed(AskIn, _without_nulls(await json_body(request)))


@routes.post("/context/text", status_code=202, response_model=None, **needs("record.write", TellIn))
def tell(request: Request, body: Annotated[TellIn, Depends(_told)], once: Annotated[Idempotency | None, Depends(once)]) -> Answer:
    """Store a text; a worker cuts it into insights in the background."""
    told = telling.tell(app(request), caller(request), body.content, context=body.context, once=once)
    return Answer({"artifact_id": told.id, "status": "pending"}, status_code=202)


@routes.get("/context/artifacts/{id}", response_model=None, **needs("record.read"))
def artifact(request: Request, id: str) -> Answer:
    """Tell what became of a text."""
    return Answer(wire.artifact(telling.artifact(app(request), caller(request), id)))


@routes.post("/context/ask", response_model=None, **needs("record.read", AskIn))
def ask(request: Request, body: Annotated[AskIn, Depends(_asked)]) -> Answer:
    """Answer a question with what is known, quoted and cited; says so when nothing is."""
    return Answer(wire.reply(asking.ask(app(request), caller(request), body.query, session=body.session_id)))


def _without_nulls(given: object) -> object:
    """Take a field that is null as left out: clients in the field send both."""
    return {name: value for name, value in given.items() if value is not None} if isinstance(given, dict) else given
