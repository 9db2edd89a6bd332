"""Check a route's scope before its body is looked at, and read bodies the way the contract says."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import APIRouter, Header, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from compoundry.api.answers import PREFIX, Answer
from compoundry.errors import Invalid, NotFound
from compoundry.model import Caller, Scope
from compoundry.policy import storable
from compoundry.service.app import App
from compoundry.service.runs import Idempotency
from compoundry.service.said import understood
from compoundry.store.answers import digest

M = TypeVar("M", bound=BaseModel)
OnceKey = Annotated[str | None, Header(alias="Idempotency-Key", description="Calls with the same key and body are done once")]


class Guarded(APIRoute):
    """Ask for the scope that the route names in `x-scope`, before parameters and body are read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()
        scope = (self.openapi_extra or {})["x-scope"]

        async def guarded(request: Request) -> Response:
            caller(request).need(scope)
            _must_be_text(request)
            return await inner(request)

        return guarded


def router(tag: str) -> APIRouter:
    """Make a router of guarded routes."""
    return APIRouter(prefix=PREFIX, tags=[tag], route_class=Guarded, default_response_class=Answer)


def needs(scope: Scope, body: type[BaseModel] | None = None, *, by_hand: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Describe a route: the scope it needs, the body it takes, and parameters that it reads by hand."""
    extra: dict[str, Any] = {"x-scope": scope, **({"parameters": list(by_hand)} if by_hand else {})}
    if body is not None:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": body.model_json_schema()}}}
    return {"openapi_extra": extra}


def caller(request: Request) -> Caller:
    """Return who calls; the doorman has put it there."""
    found: Caller = request.state.caller
    return found


def app(request: Request) -> App:
    """Return the service."""
    found: App = request.app.state.app
    return found


async def json_body(request: Request) -> Any:
    """Read a body as JSON in UTF-8, whatever its Content-Type says; of a key that stands there twice the last one counts.

    Raises Invalid for anything else.
    """
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise Invalid("the body must be JSON in UTF-8") from None


async def once(request: Request, idempotency_key: OnceKey = None) -> Idempotency | None:
    """Return what identifies a call that a client may repeat; None when it sends no Idempotency-Key."""
    if idempotency_key is None:
        return None
    if not 0 < len(idempotency_key) <= 255:
        raise Invalid("Idempotency-Key: must have 1 to 255 characters")
    return Idempotency(idempotency_key, digest(f"{request.method} {request.url.path}", await request.body()))


def parsed(model: type[M], given: Any) -> M:
    """Read a body into its model; raise Invalid with one sentence."""
    if not isinstance(given, dict):
        raise Invalid("the body must be a JSON object")
    return understood(model, given)


def _must_be_text(request: Request) -> None:
    if any(not storable(str(value)) for value in request.path_params.values()):
        raise NotFound("no such thing")
    if any(not storable(name + value) for name, value in request.query_params.multi_items()):
        raise Invalid("a query parameter holds a character that is no text")
