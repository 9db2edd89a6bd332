"""Turn what happened into deliveries: for each webhook that wants to hear it, once."""

from datetime import datetime

from sqlalchemy import Connection

from compoundry.job import same_id
from compoundry.store import deliveries, events, webhooks
from compoundry.store.deliveries import Delivery
from compoundry.store.events import Event
from compoundry.store.webhooks import Webhook

AT_ONCE = 200


def unheard(connection: Connection, hook: Webhook) -> tuple[list[Event], str]:
    """Return what a webhook hasn't heard yet, and the cursor after it."""
    visible = events.latest(connection, hook.workspace_id)
    found = events.after(connection, hook.workspace_id, events.cursor(hook.cursor), kinds=hook.kinds, limit=AT_ONCE)
    last = events.cursor(found[-1].id) if found else events.cursor(hook.cursor)
    return found, events.spelled(last if len(found) == AT_ONCE else max(last, visible))


def spread(connection: Connection, hook: Webhook, found: list[Event], cursor: str, now: datetime) -> None:
    """Make a delivery of each event, unless another worker has done so.

    The id of a delivery follows from webhook and event, so that whoever does it twice makes nothing twice.
    """
    if webhooks.move(connection, hook, cursor):
        deliveries.add(connection, [_delivery(hook, event, now) for event in found])


def _delivery(hook: Webhook, event: Event, now: datetime) -> Delivery:
    id = same_id("delivery", hook.id, event.id)
    body = {"type": event.kind, "timestamp": event.at.isoformat(), "workspace_id": hook.workspace_id, "data": dict(event.body)}
    return Delivery(id, hook.workspace_id, hook.id, event.kind, body, "waiting", 0, now, now)
