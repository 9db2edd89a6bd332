"""Manage webhooks over HTTP, and see what was sent."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from compoundry import wire
from compoundry.api.answers import Answer
from compoundry.api.bodies import WebhookIn
from compoundry.api.paging import Limit
from compoundry.api.routing import app, caller, json_body, needs, parsed, router
from compoundry.service import webhooks

routes = router("webhooks")


async def _body(request: Request) -> WebhookIn:
    return parsed(WebhookIn, await json_body(request))


@routes.post("/webhooks", status_code=201, response_model=None, **needs("record.write", WebhookIn))
def create(request: Request, body: Annotated[WebhookIn, Depends(_body)]) -> Answer:
    """Send events to a URL from now on; the answer holds the secret that signs them."""
    made = webhooks.create(app(request), caller(request), body.url, kinds=body.kinds)
    return Answer(wire.webhook(made, secret=True), status_code=201)


@routes.get("/webhooks", response_model=None, **needs("record.read"))
def known(request: Request) -> Answer:
    """List the webhooks, oldest first, without their secrets."""
    return Answer({"data": [wire.webhook(one) for one in webhooks.known(app(request), caller(request))]})


@routes.post("/webhooks/{id}/rotate", response_model=None, **needs("record.write"))
def rotate(request: Request, id: str) -> Answer:
    """Give a webhook a new secret; for a day messages are signed with the old one too."""
    return Answer(wire.webhook(webhooks.rotate(app(request), caller(request), id), secret=True))


@routes.post("/webhooks/{id}/resume", response_model=None, **needs("record.write"))
def resume(request: Request, id: str) -> Answer:
    """Let a webhook that was stopped hear again."""
    return Answer(wire.webhook(webhooks.resume(app(request), caller(request), id)))


@routes.post("/webhooks/{id}/test", status_code=202, response_model=None, **needs("record.write"))
def test(request: Request, id: str) -> Answer:
    """Send a message of kind webhook.test to one webhook."""
    return Answer(wire.delivery(webhooks.test(app(request), caller(request), id)), status_code=202)


@routes.delete("/webhooks/{id}", status_code=204, response_model=None, **needs("record.write"))
def delete(request: Request, id: str) -> Response:
    """Send nothing more to a webhook."""
    webhooks.delete(app(request), caller(request), id)
    return Response(status_code=204)


@routes.get("/deliveries", response_model=None, **needs("record.read"))
def sent(
    request: Request,
    webhook: Annotated[str | None, Query(max_length=64, description="Only to this webhook")] = None,
    state: Annotated[str | None, Query(description="waiting, delivered or dead")] = None,
    limit: Limit = 50,
) -> Answer:
    """List what was sent to webhooks, newest first; `state=dead` is the dead-letter list."""
    found = webhooks.sent(app(request), caller(request), webhook=webhook, state=state, limit=limit)
    return Answer({"data": [wire.delivery(one) for one in found]})


@routes.get("/deliveries/{id}", response_model=None, **needs("record.read"))
def delivery(request: Request, id: str) -> Answer:
    """Return one delivery."""
    return Answer(wire.delivery(webhooks.delivery(app(request), caller(request), id)))


@routes.post("/deliveries/{id}/redeliver", status_code=202, response_model=None, **needs("record.write"))
def redeliver(request: Request, id: str) -> Answer:
    """Send a delivery once more, under the same message id."""
    return Answer(wire.delivery(webhooks.redeliver(app(request), caller(request), id)), status_code=202)
