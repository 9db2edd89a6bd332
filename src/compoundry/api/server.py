"""Put the API together."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import cache, partial
from typing import Any, Protocol

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from compoundry.api import (
    beliefs,
    context,
    graph,
    insights,
    jobs,
    knowledge,
    moving,
    operations,
    policy,
    review,
    rulebook,
    schedules,
    streams,
    webhooks,
)
from compoundry.api.bodies import Problem
from compoundry.api.described import described
from compoundry.api.doorman import PREFIX, Doorman
from compoundry.api.errors import answer_errors
from compoundry.api.hub import Hub
from compoundry.service.access import authenticate
from compoundry.service.app import App
from compoundry.settings import Settings

# streams first: their paths are narrower
ROUTED = (streams, schedules, jobs, insights, context, graph, review, knowledge, beliefs, rulebook, policy, webhooks, moving)
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
_SAID = {
    400: "The request can't be understood",
    401: "No valid key",
    403: "The key lacks the scope",
    404: "No such thing",
    409: "Changed meanwhile",
}


class Beside(Protocol):
    """Be another face that is served beside the API, while its context is open."""

    def running(self) -> AbstractAsyncContextManager[None]: ...
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


def api(app: App, settings: Settings, *, lifespan: Lifespan | None = None, beside: Mapping[str, Beside] | None = None) -> ASGIApp:
    """Return the ASGI application; `beside` are other faces by their path, behind the same door."""
    made = FastAPI(
        title="Compoundry",
        version="1",
        description="Make what agents learn compound.",
        lifespan=lifespan,
        redirect_slashes=False,
        strict_content_type=False,
    )
    made.state.app = app
    made.state.hub = Hub(app.database)
    for face in ROUTED:
        made.include_router(face.routes, responses={status: {"model": Problem, "description": said} for status, said in _SAID.items()})
    made.include_router(operations.routes)
    made.router.routes.extend(Route(path, other) for path, other in (beside or {}).items())
    answer_errors(made)
    made.openapi = _once(made.openapi)  # type: ignore[method-assign]
    return Doorman(
        made,
        authenticate=partial(authenticate, app),
        body_limit_bytes=settings.body_limit_bytes,
        requests_per_minute=settings.requests_per_minute,
        guarded=(PREFIX, *(beside or ())),
    )


def _once(generate: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """Describe the API when it is first asked for; nothing of it changes later."""
    return cache(lambda: described(generate()))
