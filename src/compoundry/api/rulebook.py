"""Follow rules through their use over HTTP: the playbook, outcomes, lift, where a rule comes from."""

from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request, Response

from compoundry import wire
from compoundry.api.answers import Answer
from compoundry.api.bodies import PolishIn, RulesFileIn
from compoundry.api.paging import Limit
from compoundry.api.routing import app, caller, json_body, needs, parsed, router
from compoundry.errors import Invalid
from compoundry.service import explaining, polishing, review, rulebook
from compoundry.service.said import OutcomeIn, RenameIn
from compoundry.text import playbook as pages

routes = router("rulebook")

_MARKDOWN = "text/markdown; charset=utf-8"
_FITS = "Keep the surest rules that fit, some four characters a token: the whole page; for json one line a rule, as in a prompt"


async def _outcome_body(request: Request) -> OutcomeIn:
    return parsed(OutcomeIn, _named(await json_body(request)))


async def _polish_body(request: Request) -> PolishIn:
    return parsed(PolishIn, await json_body(request) if await request.body() else {})


async def _rename_body(request: Request) -> RenameIn:
    return parsed(RenameIn, await json_body(request))


async def _file_body(request: Request) -> RulesFileIn:
    return parsed(RulesFileIn, await json_body(request))


def _named(given: Any) -> Any:
    """Take {"helped": true} for {"outcome": "helped"}."""
    if isinstance(given, dict) and "outcome" not in given:
        said = [name for name in rulebook.OUTCOMES if given.get(name) is True]
        return {**given, "outcome": said[0]} if len(said) == 1 else given
    return given


@routes.get("/playbook", response_model=None, **needs("record.read"))
def playbook(
    request: Request,
    accept: Annotated[str | None, Header(description="text/markdown or application/json")] = None,
    format: Annotated[str | None, Query(description="json, markdown, agents or skill")] = None,
    max_tokens: Annotated[int | None, Query(ge=1, description=_FITS)] = None,
    session: Annotated[str, Query(max_length=200, description="Who will follow it; needed where rules are held out")] = "",
) -> Response:
    """Return the playbook for agents: JSON, Markdown, a block for AGENTS.md, or a skill."""
    wanted = format or ("markdown" if accept and "text/markdown" in accept else "json")
    if wanted not in ("json", *pages.FORMATS):
        raise Invalid(f"format: must be one of json, {', '.join(pages.FORMATS)}")
    found = rulebook.playbook(app(request), caller(request), max_tokens=max_tokens, session=session, format=wanted)
    if wanted == "json":
        return Answer({"rules": [wire.rule(rule) for rule in found]})
    return Response(pages.written(found, wanted), media_type=_MARKDOWN)


@routes.post("/rules/import", status_code=201, response_model=None, **needs("record.write", RulesFileIn))
def import_rules(request: Request, body: Annotated[RulesFileIn, Depends(_file_body)]) -> Answer:
    """Take over the rules of a file, such as AGENTS.md; what is known already is left alone."""
    done = rulebook.import_rules(app(request), caller(request), body.document, name=body.name)
    return Answer(wire.imported(done), status_code=201)


@routes.post("/rules/polish", response_model=None, **needs("record.write", PolishIn))
def polish(request: Request, body: Annotated[PolishIn, Depends(_polish_body)]) -> Answer:
    """Ask the language model for better words of rules that have none yet; those that differ in more than style are refused."""
    return Answer(wire.polished(polishing.polish(app(request), caller(request), most=body.most)))


@routes.post("/rules/{id}/outcomes", status_code=201, response_model=None, **needs("record.write", OutcomeIn))
def report(request: Request, id: str, body: Annotated[OutcomeIn, Depends(_outcome_body)]) -> Answer:
    """Say what following a rule led to."""
    rule = rulebook.report(app(request), caller(request), id, body.outcome, session=body.session, note=body.note)
    return Answer(wire.rule(rule), status_code=201)


@routes.get("/rules/{id}/outcomes", response_model=None, **needs("record.read"))
def reported(request: Request, id: str, limit: Limit = 50) -> Answer:
    """List what was reported of a rule, newest first."""
    return Answer({"data": [wire.outcome(one) for one in rulebook.reported(app(request), caller(request), id, limit=limit)]})


@routes.get("/rules/{id}/lift", response_model=None, **needs("record.read"))
def lift(request: Request, id: str) -> Answer:
    """Tell how much more often things went well with a rule than without it."""
    return Answer(wire.lift(rulebook.lift_of(app(request), caller(request), id)))


@routes.get("/rules/{id}/why", response_model=None, **needs("record.read"))
def why_rule(request: Request, id: str) -> Answer:
    """Tell where a rule comes from: insights, pattern, and every version that it had."""
    who = caller(request)
    return Answer(wire.chain(explaining.why_rule(app(request), who, id), who.workspace_id))


@routes.get("/patterns/{id}/why", response_model=None, **needs("record.read"))
def why_pattern(request: Request, id: str) -> Answer:
    """Tell what a pattern stands on, and which rules stand on it."""
    who = caller(request)
    return Answer(wire.chain(explaining.why_pattern(app(request), who, id), who.workspace_id))


@routes.patch("/patterns/{id}", response_model=None, **needs("record.write", RenameIn))
def rename(request: Request, id: str, body: Annotated[RenameIn, Depends(_rename_body)]) -> Answer:
    """Give a pattern better words."""
    return Answer(wire.noun(review.rename(app(request), caller(request), id, body.label)))
