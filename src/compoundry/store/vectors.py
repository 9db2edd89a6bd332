"""Keep the vectors of insights, each with the name of the model that made it."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Exists, and_, bindparam, delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite

from compoundry.store import tables

_T = tables.vectors
_I = tables.insights
_FEW, _CHUNK = 25_000, 500


def missing(connection: Connection, workspace_id: int, model: str, *, limit: int) -> list[tuple[int, str, str, int]]:
    """List active insights without a vector of this model: (workspace, id, content, version)."""
    wanted = select(_I.c.workspace_id, _I.c.id, _I.c.content, _I.c.version).where(
        _I.c.workspace_id == workspace_id, _I.c.standing == "active", ~_has(model)
    )
    rows = connection.execute(wanted.limit(limit))
    return [(row.workspace_id, row.id, row.content, row.version) for row in rows]


def count_missing(connection: Connection, workspace_id: int, model: str) -> int:
    """Count the active insights of a workspace without a vector of this model."""
    wanted = select(func.count()).select_from(_I).where(_I.c.workspace_id == workspace_id, _I.c.standing == "active", ~_has(model))
    return connection.scalar(wanted) or 0


def lacking(connection: Connection, model: str) -> list[int]:
    """Name the workspaces that have an active insight without a vector of this model."""
    some = exists(select(1).where(_I.c.workspace_id == tables.workspaces.c.id, _I.c.standing == "active", ~_has(model)))
    return list(connection.scalars(select(tables.workspaces.c.id).where(some).order_by(tables.workspaces.c.id)))


def _has(model: str) -> Exists:
    return exists(select(1).where(_T.c.workspace_id == _I.c.workspace_id, _T.c.insight_id == _I.c.id, _T.c.model == model))


def put(connection: Connection, model: str, keys: Sequence[tuple[int, str, str]], vectors: NDArray[np.float32]) -> None:
    """Store vectors of shape (len(keys), dimension) for (workspace, id, content); an insight edited meanwhile is left out."""
    current = _unedited(connection, keys)
    rows = [
        {"workspace_id": w, "insight_id": i, "model": model, "dimension": vectors.shape[1], "vector": vector.astype("<f4").tobytes()}
        for (w, i, _), vector in zip(keys, vectors, strict=True)
        if (w, i) in current
    ]
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    if rows:
        connection.execute(dialect.insert(_T).on_conflict_do_nothing(), rows)


def of(connection: Connection, workspace_id: int, model: str, ids: Sequence[str]) -> NDArray[np.float32]:
    """Return float32 of shape (len(ids), dimension); a zero row where there is no vector of this model."""
    place = {id: n for n, id in enumerate(ids)}
    found = [(place[id], vector) for id, vector in _stored(connection, workspace_id, model, ids) if id in place]
    ((length, _),) = Counter(len(vector) for _, vector in found).most_common(1) or [(0, 0)]
    matrix = np.zeros((len(ids), length // 4), dtype=np.float32)
    for n, vector in found:
        if len(vector) == length:  # a server may have another model behind the same name
            matrix[n] = np.frombuffer(vector, dtype="<f4")
    return matrix


def _stored(connection: Connection, workspace_id: int, model: str, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Read the vectors of a few by their ids, those of many in one go."""
    mine = select(_T.c.insight_id, _T.c.vector).where(_T.c.workspace_id == workspace_id, _T.c.model == model)
    if len(ids) > _FEW:
        yield from ((row.insight_id, row.vector) for row in connection.execute(mine))
        return
    for start in range(0, len(ids), _CHUNK):
        yield from (
            (row.insight_id, row.vector) for row in connection.execute(mine.where(_T.c.insight_id.in_(ids[start : start + _CHUNK])))
        )


def model_of(connection: Connection, workspace_id: int, id: str) -> str | None:
    """Name a model by which an insight is encoded, the one that most of the workspace is encoded by; None when there is none."""
    mine = select(_T.c.model).where(_T.c.workspace_id == workspace_id, _T.c.insight_id == id)
    found = list(connection.scalars(mine))
    return max(found, key=lambda model: (count(connection, workspace_id, model), model)) if len(found) > 1 else next(iter(found), None)


def voided(connection: Connection, workspace_id: int, ids: Sequence[str]) -> None:
    """Drop the vectors of insights whose content is new."""
    gone = delete(_T).where(_T.c.workspace_id == workspace_id, _T.c.insight_id == bindparam("gone"))
    connection.execute(gone, [{"gone": id} for id in ids])


def count(connection: Connection, workspace_id: int, model: str) -> int:
    """Count the vectors of one model in a workspace."""
    mine = select(func.count()).select_from(_T).where(_T.c.workspace_id == workspace_id, _T.c.model == model)
    return connection.scalar(mine) or 0


def _unedited(connection: Connection, keys: Sequence[tuple[int, str, str]]) -> set[tuple[int, str]]:
    current: set[tuple[int, str]] = set()
    for start in range(0, len(keys), 500):
        chunk = {(w, i): content for w, i, content in keys[start : start + 500]}
        for workspace in {w for w, _ in chunk}:
            ids = [i for w, i in chunk if w == workspace]
            rows = connection.execute(select(_I.c.id, _I.c.content).where(and_(_I.c.workspace_id == workspace, _I.c.id.in_(ids))))
            current |= {(workspace, row.id) for row in rows if chunk[workspace, row.id] == row.content}
    return current
