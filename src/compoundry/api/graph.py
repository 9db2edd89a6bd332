"""Show how things hang together, and the playbooks, as existing clients read them."""

from typing import Annotated

from fastapi import Header, Query, Request, Response

from compoundry import wire
from compoundry.api.answers import Answer
from compoundry.api.routing import app, caller, needs, router
from compoundry.errors import Invalid
from compoundry.pictures.graph import drawn
from compoundry.pictures.page import POLICY
from compoundry.service import graph, playbooks

routes = router("graph")

_PAGE = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
_MARKDOWN = "text/markdown; charset=utf-8"


@routes.get("/graph", response_model=None, **needs("insight.stream"))
def joined(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=graph.MOST, description="How many insights, the newest ones")] = 200,
    format: Annotated[str | None, Query(description="json or html")] = None,
    accept: Annotated[str | None, Header(description="text/html, text/markdown or application/json")] = None,
) -> Response:
    """Return entities, insights and what joins them: JSON, or an HTML picture without scripts."""
    wanted = format or ("html" if accept and "text/html" in accept else "json")
    if wanted not in ("json", "html"):
        raise Invalid("format: must be json or html")
    found = graph.graph(app(request), caller(request), limit=limit)
    return Answer(wire.graph(found)) if wanted == "json" else Response(drawn(found), media_type="text/html", headers=_PAGE)


@routes.get("/playbooks", response_model=None, **needs("insight.stream"))
def listed(request: Request) -> Answer:
    """List the playbooks, without their text."""
    return Answer({"data": [wire.playbook(one) for one in playbooks.listed(app(request), caller(request))]})


@routes.get("/playbooks/{id}", response_model=None, **needs("insight.stream"))
def one(
    request: Request, id: str, accept: Annotated[str | None, Header(description="text/html, text/markdown or application/json")] = None
) -> Response:
    """Return one playbook: JSON with Markdown in `content`, or the Markdown alone."""
    found = playbooks.one(app(request), caller(request), id)
    if accept and "text/markdown" in accept:
        return Response(found.content, media_type=_MARKDOWN)
    return Answer({**wire.playbook(found), "content": found.content})
