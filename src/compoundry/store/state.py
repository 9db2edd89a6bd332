"""Take the fingerprint of a workspace: everything that jobs can change, nothing else."""

import hashlib
from typing import Final

import orjson
from sqlalchemy import Connection, Table, select

from compoundry.store import tables

_NOT_STATE: Final = frozenset({"version", "changed_at"})
_STATE: Final = (tables.insights, tables.evidence, tables.candidates, tables.patterns, tables.rules, tables.snapshots)


def state_hash(connection: Connection, workspace_id: int) -> str:
    """Return a SHA-256; what was applied and then reverted has the hash that it had before."""
    total = hashlib.sha256()
    for table in _STATE:
        total.update(_rows(connection, table, workspace_id))
    return total.hexdigest()


def _rows(connection: Connection, table: Table, workspace_id: int) -> bytes:
    columns = [c for c in table.columns if c.name not in _NOT_STATE]
    rows = connection.execute(select(*columns).where(table.c.workspace_id == workspace_id).order_by(table.c.id))
    return orjson.dumps([tuple(row) for row in rows], option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
