"""Show what was found: patterns, rules, the playbook, metrics."""

from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar, get_args

from compoundry.errors import Invalid, NotFound
from compoundry.jobs.metrics import figure, must_be_figure
from compoundry.model import Caller, Pattern, PatternKind, PatternStatus, Rule, RuleStatus, Snapshot, Trend
from compoundry.service.app import App
from compoundry.service.said import Words, chosen
from compoundry.store import rewind
from compoundry.store.database import Connection, Database
from compoundry.store.findings import PATTERNS, RULES, Shelf, snapshots_between

T = TypeVar("T")

PAGE = 50
_OF_PATTERNS: Final[Words] = {"kind": get_args(PatternKind), "status": get_args(PatternStatus), "trend": get_args(Trend)}
_OF_RULES: Final[Words] = {"status": get_args(RuleStatus)}


def patterns(
    app: App,
    caller: Caller,
    *,
    limit: int = PAGE,
    cursor: str | None = None,
    kind: str | None = None,
    status: str | None = None,
    trend: str | None = None,
    as_of: datetime | None = None,
) -> list[Pattern]:
    """List patterns, those with the most support first; `as_of` asks what was known then; Invalid for words there aren't."""
    filters = chosen(_OF_PATTERNS, {"kind": kind, "status": status, "trend": trend})
    return _page(app.database, caller, PATTERNS, limit=limit, cursor=cursor, as_of=as_of, filters=filters)


def rules(
    app: App, caller: Caller, *, limit: int = PAGE, cursor: str | None = None, status: str | None = None, as_of: datetime | None = None
) -> list[Rule]:
    """List rules, the surest first; `as_of` asks what was advised then; Invalid for a status there isn't."""
    return _page(app.database, caller, RULES, limit=limit, cursor=cursor, as_of=as_of, filters=chosen(_OF_RULES, {"status": status}))


def metrics(
    app: App,
    caller: Caller,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 100,
    metric: str | None = None,
) -> list[Snapshot]:
    """Return snapshots as a time series, oldest first; with `metric` only those that have this figure, and only it.

    A part of a figure is named with a dot, as in `age_days.p90`; Invalid for a figure there isn't.
    """
    caller.need("record.read")
    if metric is not None:
        must_be_figure("metric", metric)
    if since is not None and until is not None and since > until:
        raise Invalid("from: lies after to; swap them")
    with app.database.read() as connection:
        found = snapshots_between(connection, caller.workspace_id, since, until, limit=limit)
    if metric is None:
        return found
    values = ((snapshot, figure(snapshot.figures, metric)) for snapshot in found)
    return [replace(snapshot, figures={metric: value}) for snapshot, value in values if value is not None]


def _page(
    database: Database,
    caller: Caller,
    shelf: Shelf[T],
    *,
    limit: int,
    cursor: str | None,
    as_of: datetime | None,
    filters: dict[str, str],
) -> list[T]:
    caller.need("record.read")
    with database.read() as connection:
        if as_of is not None:
            return _as_of(connection, caller.workspace_id, shelf, as_of, filters, limit=limit, cursor=cursor)
        return shelf.page(connection, caller.workspace_id, limit=limit, after=cursor, filters=filters)


def _as_of(
    connection: Connection, workspace_id: int, shelf: Shelf[T], at: datetime, wanted: dict[str, str], *, limit: int, cursor: str | None
) -> list[T]:
    found = [
        noun
        for noun in rewind.shelved(connection, workspace_id, shelf, at)
        if all(getattr(noun, name) == value for name, value in wanted.items())
    ]
    found.sort(key=lambda noun: (getattr(noun, shelf.order), noun.id), reverse=True)  # type: ignore[attr-defined]
    ids = [noun.id for noun in found]  # type: ignore[attr-defined]
    if cursor and cursor not in ids:
        raise NotFound(f"the cursor names no {shelf.noun}; start again without it")
    start = ids.index(cursor) + 1 if cursor else 0
    return found[start : start + limit]
