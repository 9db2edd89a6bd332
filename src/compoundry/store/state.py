"""Take the fingerprint of a workspace: everything that jobs can change, nothing else."""

import hashlib
from typing import Any, Final

import orjson
from sqlalchemy import Column, ColumnElement, Connection, String, Table, select

from compoundry.store import tables

_NOT_STATE: Final = frozenset({"workspace_id", "version", "changed_at"})
_STATE: Final = (tables.insights, tables.evidence, tables.candidates, tables.patterns, tables.rules, tables.snapshots)
_SORTED: Final = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z


def state_hash(connection: Connection, workspace_id: int) -> str:
    """Return a SHA-256; what was applied and then reverted has the hash that it had before.

    The same state has the same hash in any workspace, and on both databases.
    """
    total = hashlib.sha256()
    for table in _STATE:
        total.update(_rows(connection, table, workspace_id))
    return total.hexdigest()


def bytewise(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """Order by a column in the same way on every database: PostgreSQL's own order of texts is that of its locale."""
    if connection.dialect.name == "postgresql" and isinstance(column.type, String):
        return column.collate("C")
    return column


def _rows(connection: Connection, table: Table, workspace_id: int) -> bytes:
    columns = [c for c in table.columns if c.name not in _NOT_STATE]
    rows = connection.execute(select(*columns).where(table.c.workspace_id == workspace_id).order_by(bytewise(connection, table.c.id)))
    rolling = hashlib.sha256()
    for row in rows:
        rolling.update(orjson.dumps(tuple(row), option=_SORTED))
    return rolling.digest()
