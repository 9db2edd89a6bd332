"""Tell what happens in a workspace, in order, from wherever a listener left off."""

from collections.abc import Sequence

from compoundry.errors import Invalid
from compoundry.model import Caller, Insight
from compoundry.service.app import App
from compoundry.store import announcing, insights, workspaces
from compoundry.store import events as store
from compoundry.store.events import Event
from compoundry.store.lineage import gathered

MOST = 500


def events(app: App, caller: Caller, *, after: str | None = None, kinds: Sequence[str] = (), limit: int = 100) -> list[Event]:
    """Return the events after one, oldest first; without one, from the oldest that is kept.

    Raises Invalid for an id that is none and for kinds that don't exist.
    """
    caller.need("record.read", "insight.stream")
    if strange := sorted(set(kinds) - set(announcing.KINDS)):
        raise Invalid(f"kind: there are no events {strange[0]!r}; one of {', '.join(announcing.KINDS)}")
    cursor = store.cursor(after) if after else (0, 0)
    with app.database.read() as connection:
        return store.after(connection, caller.workspace_id, cursor, kinds=kinds, limit=min(limit, MOST))


def latest_event(app: App, caller: Caller) -> str:
    """Return the id after which only what happens from now on comes."""
    caller.need("record.read", "insight.stream")
    with app.database.read() as connection:
        return store.spelled(store.latest(connection, caller.workspace_id))


def replay(app: App, caller: Caller, *, limit: int = 20) -> tuple[str, list[Insight]]:
    """Return the newest insights, oldest first, and the event id from which a stream goes on without a gap."""
    caller.need("insight.stream")
    with app.database.read() as connection:
        at = store.spelled(store.latest(connection, caller.workspace_id))
        return at, insights.recent(connection, caller.workspace_id, limit=limit)[::-1]


def batch(app: App, caller: Caller, ids: Sequence[str]) -> list[Insight]:
    """Return these insights in their order; those that are gone are left out."""
    caller.need("insight.stream")
    with app.database.read() as connection:
        found = gathered(connection, caller.workspace_id, ids)
    return [found[id] for id in ids if id in found]


def named_workspace(app: App, caller: Caller) -> tuple[str, str]:
    """Return the name and the slug of the caller's workspace."""
    with app.database.read() as connection:
        mine = workspaces.one(connection, caller.workspace_id)
    return mine.name, mine.slug
