"""Shape what happens, and who hears of it."""

from typing import Any

from compoundry.store.deliveries import Delivery
from compoundry.store.events import Event
from compoundry.store.webhooks import Webhook
from compoundry.wire.spelling import moment


def event(told: Event) -> dict[str, Any]:
    """Shape an event."""
    return {"id": told.id, "type": told.kind, "subject": told.subject, "timestamp": moment(told.at), "data": dict(told.body)}


def webhook(hook: Webhook, *, secret: bool = False) -> dict[str, Any]:
    """Shape a webhook; its secret only where it has just been made."""
    known = {"id": hook.id, "url": hook.url, "kinds": list(hook.kinds), "active": hook.active, "stopped": hook.stopped}
    shown = {"secret": hook.secret} if secret else {}
    return {**known, "created_at": moment(hook.created_at), **({"both_until": moment(hook.old_until)} if hook.old_until else {}), **shown}


def delivery(sent: Delivery) -> dict[str, Any]:
    """Shape what is sent to a webhook."""
    return {
        "id": sent.id,
        "webhook_id": sent.webhook_id,
        "type": sent.kind,
        "state": sent.state,
        "attempts": sent.attempts,
        "answer": sent.answer,
        "next_at": moment(sent.next_at),
        "created_at": moment(sent.created_at),
        "body": dict(sent.body),
    }
