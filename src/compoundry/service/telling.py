"""Take in free text: keep it at once, let a worker take it apart."""

from compoundry.errors import Invalid
from compoundry.model import Artifact, Caller
from compoundry.service.app import App
from compoundry.service.runs import Idempotency
from compoundry.store import answers, artifacts
from compoundry.store.database import clock

MOST = 500_000


def tell(app: App, caller: Caller, content: str, *, context: str = "", once: Idempotency | None = None) -> Artifact:
    """Store a text of at most 500,000 characters; once this returns, it can't be lost.

    A worker cuts it into sentences about known or named entities and learns each as an insight. `context` says what the
    text is, such as "sales call notes". Raises Invalid for an empty or a longer one, Conflict when the idempotency key
    was used with another call.
    """
    caller.need("record.write")
    if not content.strip():
        raise Invalid("content: say something")
    if len(content) > MOST:
        raise Invalid(f"content: at most {MOST:,} characters; send it in parts")
    with app.database.write() as connection:
        if once and (given := answers.given(connection, caller.workspace_id, once.key, once.digest)):
            return artifacts.one(connection, caller.workspace_id, str(given["artifact"]))
        told = Artifact(app.new_id(), caller.workspace_id, content, context, caller.name, clock(connection))
        artifacts.accept(connection, told)
        if once:
            answers.remember(connection, caller.workspace_id, once.key, once.digest, {"artifact": told.id}, told.created_at)
    app.insights_written(caller.workspace_id)
    return told


def artifact(app: App, caller: Caller, id: str) -> Artifact:
    """Return a text and what became of it, or raise NotFound."""
    caller.need("record.read")
    with app.database.read() as connection:
        return artifacts.one(connection, caller.workspace_id, id)
