"""Keep what jobs found: candidates for review, patterns, rules and snapshots."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection, Table, and_, func, or_, select, update

from compoundry.errors import Conflict, NotFound
from compoundry.model import Candidate, Pattern, Rule, Snapshot
from compoundry.store import rows, tables

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shelf(Generic[T]):
    """Hold one kind of finding: its table, how a row is read, and the order of its list."""

    table: Table
    read: Callable[[Any], T]
    order: str
    noun: str

    def one(self, connection: Connection, workspace_id: int, id: str) -> T:
        """Return one, or raise NotFound."""
        row = connection.execute(select(self.table).where(*self._this(workspace_id, id))).one_or_none()
        if row is None:
            raise NotFound(kind=self.noun)
        return self.read(row)

    def page(
        self,
        connection: Connection,
        workspace_id: int,
        *,
        limit: int | None = None,
        after: str | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> list[T]:
        """List them, highest or newest first, after the one named; `filters` are column values."""
        column, id = self.table.c[self.order], self.table.c.id
        wanted = [self.table.c.workspace_id == workspace_id, *(self.table.c[name] == value for name, value in (filters or {}).items())]
        if after:
            last = connection.execute(select(column).where(*self._this(workspace_id, after))).scalar_one_or_none()
            if last is None:
                raise NotFound(f"the cursor names no {self.noun}; start again without it")
            wanted.append(or_(column < last, and_(column == last, id < after)))
        found = connection.execute(select(self.table).where(*wanted).order_by(column.desc(), id.desc()).limit(limit))
        return [self.read(row) for row in found]

    def everything(self, connection: Connection, workspace_id: int) -> tuple[T, ...]:
        """Return all of a workspace, by id."""
        found = connection.execute(select(self.table).where(self.table.c.workspace_id == workspace_id).order_by(self.table.c.id))
        return tuple(self.read(row) for row in found)

    def change(self, connection: Connection, workspace_id: int, id: str, *, version: int, values: Mapping[str, Any]) -> None:
        """Change columns of one, or raise Conflict when it isn't at this version any more."""
        this = update(self.table).where(*self._this(workspace_id, id), self.table.c.version == version)
        if connection.execute(this.values(**values, version=version + 1)).rowcount != 1:
            raise Conflict(f"the {self.noun} was changed meanwhile; read it again")

    def _this(self, workspace_id: int, id: str) -> tuple[Any, ...]:
        return (self.table.c.workspace_id == workspace_id, self.table.c.id == id)


CANDIDATES: Final[Shelf[Candidate]] = Shelf(tables.candidates, rows.candidate, "score", "candidate")
PATTERNS: Final[Shelf[Pattern]] = Shelf(tables.patterns, rows.pattern, "support", "pattern")
RULES: Final[Shelf[Rule]] = Shelf(tables.rules, rows.rule, "confidence", "rule")
SNAPSHOTS: Final[Shelf[Snapshot]] = Shelf(tables.snapshots, rows.snapshot, "at", "snapshot")


def newest_snapshots(connection: Connection) -> list[tuple[int, Snapshot]]:
    """Return the newest snapshot of each workspace that has one, with the workspace's id."""
    table = tables.snapshots
    last = select(table.c.workspace_id, func.max(table.c.at).label("at")).group_by(table.c.workspace_id).subquery()
    newest = select(table).join(last, (table.c.workspace_id == last.c.workspace_id) & (table.c.at == last.c.at))
    return [(row.workspace_id, rows.snapshot(row)) for row in connection.execute(newest.order_by(table.c.workspace_id))]


def snapshots_between(
    connection: Connection, workspace_id: int, since: datetime | None, until: datetime | None, *, limit: int
) -> list[Snapshot]:
    """Return the newest snapshots of a time, oldest first; `since` counts in, `until` doesn't."""
    table = tables.snapshots
    wanted = [table.c.workspace_id == workspace_id]
    wanted += [table.c.at >= since] if since else []
    wanted += [table.c.at < until] if until else []
    found = connection.execute(select(table).where(*wanted).order_by(table.c.at.desc(), table.c.id).limit(limit))
    return [rows.snapshot(row) for row in found][::-1]
