"""Send what happens to other servers: who gets what, how it went, and once more for what didn't arrive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import get_args

from compoundry.errors import Conflict, Invalid
from compoundry.hooks.addresses import must_not_name_a_private_address, target
from compoundry.hooks.signing import new_secret
from compoundry.model import Caller
from compoundry.service.app import App
from compoundry.store import announcing, deliveries, events, signals
from compoundry.store import webhooks as store
from compoundry.store.database import clock
from compoundry.store.deliveries import Delivery, State
from compoundry.store.webhooks import Webhook

MOST = 20
BOTH_HOLD = timedelta(hours=24)


def create(app: App, caller: Caller, url: str, *, kinds: Sequence[str] = ()) -> Webhook:
    """Send events of these kinds, or all, to a URL from now on; the secret is shown now and at rotation only.

    Raises Invalid for a URL that isn't plain http or https or names a private address, and for unknown kinds; Conflict
    when a workspace has too many.
    """
    caller.need("record.write")
    must_not_name_a_private_address(target(url), app.networks)
    if strange := sorted(set(kinds) - set(announcing.KINDS)):
        raise Invalid(f"kinds: there are no events {strange[0]!r}; one of {', '.join(announcing.KINDS)}")
    with app.database.write() as connection:
        if len(store.of_workspace(connection, caller.workspace_id)) >= MOST:
            raise Conflict(f"a workspace has at most {MOST} webhooks; delete one that isn't needed")
        at = events.spelled(events.latest(connection, caller.workspace_id))
        wanted = tuple(dict.fromkeys(kinds))
        hook = Webhook(app.new_id(), caller.workspace_id, url, wanted, new_secret(), clock(connection), at)
        store.add(connection, hook)
    return hook


def known(app: App, caller: Caller) -> list[Webhook]:
    """List the webhooks of the workspace, oldest first."""
    caller.need("record.read")
    with app.database.read() as connection:
        return store.of_workspace(connection, caller.workspace_id)


def rotate(app: App, caller: Caller, id: str) -> Webhook:
    """Give a webhook a new secret; for a day messages are signed with the old one too."""
    caller.need("record.write")
    with app.database.write() as connection:
        hook = store.one(connection, caller.workspace_id, id)
        until, secret = clock(connection) + BOTH_HOLD, new_secret()
        store.change(connection, caller.workspace_id, id, {"secret": secret, "old_secret": hook.secret, "old_until": until})
    return replace(hook, secret=secret, old_secret=hook.secret, old_until=until)


def resume(app: App, caller: Caller, id: str) -> Webhook:
    """Let a webhook that was stopped hear again what happens from now on."""
    caller.need("record.write")
    with app.database.write() as connection:
        hook = store.one(connection, caller.workspace_id, id)
        if not hook.active:
            at = events.spelled(events.latest(connection, caller.workspace_id))
            store.change(connection, caller.workspace_id, id, {"active": True, "stopped": "", "cursor": at})
        return store.one(connection, caller.workspace_id, id)


def delete(app: App, caller: Caller, id: str) -> None:
    """Send nothing more to a webhook, and forget what was sent."""
    caller.need("record.write")
    with app.database.write() as connection:
        store.one(connection, caller.workspace_id, id)
        store.drop(connection, caller.workspace_id, id)


def test(app: App, caller: Caller, id: str) -> Delivery:
    """Send a message of kind webhook.test to one webhook; a worker delivers it, and `delivery` tells how that went."""
    caller.need("record.write")
    with app.database.write() as connection:
        hook, now = store.one(connection, caller.workspace_id, id), clock(connection)
        if not hook.active:
            raise Conflict(f"the webhook has stopped ({hook.stopped}); let it hear again with: compoundry webhook resume {id}")
        body = {"type": "webhook.test", "timestamp": now.isoformat(), "workspace_id": hook.workspace_id, "data": {"webhook_id": id}}
        made = Delivery(app.new_id(), hook.workspace_id, id, "webhook.test", body, "waiting", 0, now, now)
        deliveries.add(connection, [made])
        signals.ring(connection)
    app.run_waits()
    return made


def sent(app: App, caller: Caller, *, webhook: str | None = None, state: str | None = None, limit: int = 50) -> list[Delivery]:
    """List deliveries, newest first; `state` is waiting, delivered or dead."""
    caller.need("record.read")
    if state not in (None, *get_args(State)):
        raise Invalid(f"state: must be one of {', '.join(get_args(State))}")
    with app.database.read() as connection:
        return deliveries.listed(connection, caller.workspace_id, webhook=webhook, state=state, limit=limit)


def delivery(app: App, caller: Caller, id: str) -> Delivery:
    """Return one delivery; NotFound when there is none."""
    caller.need("record.read")
    with app.database.read() as connection:
        return deliveries.one(connection, caller.workspace_id, id)


def redeliver(app: App, caller: Caller, id: str) -> Delivery:
    """Send a delivery once more, under the same message id; Conflict while it waits already or its webhook has stopped."""
    caller.need("record.write")
    with app.database.write() as connection:
        made = deliveries.one(connection, caller.workspace_id, id)
        hook = store.one(connection, caller.workspace_id, made.webhook_id)
        if made.state == "waiting" and made.attempts == 0:
            raise Conflict("the delivery waits to be sent already")
        if not hook.active:
            raise Conflict(f"the webhook has stopped ({hook.stopped}); let it hear again with: compoundry webhook resume {hook.id}")
        deliveries.revive(connection, caller.workspace_id, id, clock(connection))
        signals.ring(connection)
        again = deliveries.one(connection, caller.workspace_id, id)
    app.run_waits()
    return again
