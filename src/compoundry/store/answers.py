"""Remember what was answered to an idempotency key, so that a repeated call does nothing twice."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from compoundry.errors import Conflict
from compoundry.store import tables

_T = tables.answers


def digest(call: str, body: bytes) -> str:
    """Return what identifies a call: its name and its exact body."""
    return hashlib.sha256(call.encode() + b"\0" + body).hexdigest()


def given(connection: Connection, workspace_id: int, key: str, wanted: str) -> Mapping[str, Any] | None:
    """Return the first answer to this key, or None; Conflict when the key came with another call."""
    row = connection.execute(select(_T).where(_T.c.workspace_id == workspace_id, _T.c.key == _short(key))).one_or_none()
    if row is None:
        return None
    if row.digest != wanted:
        raise Conflict("this Idempotency-Key was used with another request; use a new key")
    body: Mapping[str, Any] = row.body
    return body


def remember(connection: Connection, workspace_id: int, key: str, wanted: str, body: Mapping[str, Any], now: datetime) -> None:
    """Keep the answer, in the transaction that did what it says."""
    row = {"workspace_id": workspace_id, "key": _short(key), "digest": wanted, "body": dict(body), "created_at": now}
    connection.execute(insert(_T), [row])


def forget(connection: Connection, workspace_id: int, insights: Sequence[str]) -> None:
    """Forget the answers that repeat what these insights say."""
    about = _T.c.body["insight"]["id"].as_string()
    connection.execute(delete(_T).where(_T.c.workspace_id == workspace_id, about.in_(insights)))


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
