"""Consolidate a stored workspace twice: all of it, and what came after."""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert

from benchmarks import facts
from compoundry.app import Parts, assemble
from compoundry.engine import inline
from compoundry.model import Caller, Insight
from compoundry.service import access, runs
from compoundry.settings import Settings
from compoundry.store import tables

ADDED = 1_000


def twice(file: Path) -> Mapping[str, float]:
    """Store all but the last, consolidate, store the last, consolidate again; whole runs on SQLite, encoding left out."""
    vectors = np.load(file)
    insights = facts.insights(len(vectors))
    old = len(insights) - ADDED
    with tempfile.TemporaryDirectory() as folder:
        parts = assemble(Settings(encoder="minilm", lease_s=3_600), f"sqlite:///{folder}/scale.db")
        caller = access.operator(access.create_workspace(parts.app, "Large").id)
        _store(parts, caller, insights[:old], vectors[:old])
        first_s = _run(parts, caller)
        _store(parts, caller, insights[old:], vectors[old:])
        again_s = _run(parts, caller)
        parts.close()
    return {"first_s": first_s, "again_s": again_s}


def _run(parts: Parts, caller: Caller) -> float:
    began = time.perf_counter()
    ended = inline.carry_out(parts.shop, runs.trigger(parts.app, caller, "consolidation"))
    if ended.state != "completed":
        raise SystemExit(f"consolidation: {ended.error}")
    return time.perf_counter() - began


def _store(parts: Parts, caller: Caller, insights: tuple[Insight, ...], vectors: NDArray[np.float32]) -> None:
    """Write straight into the tables, as the service would, in one transaction."""
    mine = {"workspace_id": caller.workspace_id}
    known = {e.id: e for i in insights for e in i.entities}
    rows = [
        {
            **mine, "id": i.id, "content": i.content, "type": i.type, "confidence": i.confidence, "standing": "active", "pinned": False,
            "source": i.source, "metadata": {}, "observed_at": i.observed_at, "created_at": i.created_at, "version": 1,
        }
        for i in insights
    ]  # fmt: skip
    links = [{**mine, "insight_id": i.id, "entity_id": e.id, "position": n} for i in insights for n, e in enumerate(i.entities)]
    told = [
        {
            **mine, "id": f"{i.id}-1", "insight_id": i.id, "kind": "observed", "at": i.observed_at, "source": i.source, "weight": 0.7,
            "excerpt": "", "artifact": {},
        }
        for i in insights
    ]  # fmt: skip
    model = parts.shop.encoder()
    kept = [
        {**mine, "insight_id": i.id, "model": model.name, "dimension": model.dimension, "vector": v.astype("<f4").tobytes()}
        for i, v in zip(insights, vectors, strict=True)
    ]
    with parts.app.database.write() as connection:
        now = parts.shop.now()
        there = set(connection.scalars(tables.entities.select().with_only_columns(tables.entities.c.id)))
        named = [{**mine, "id": e.id, "name": e.name, "type": e.type} for e in known.values() if e.id not in there]
        connection.execute(insert(tables.insights), [{**row, "changed_at": now} for row in rows])
        if named:
            connection.execute(insert(tables.entities), named)
        connection.execute(insert(tables.insight_entities), links)
        connection.execute(insert(tables.evidence), told)
        connection.execute(insert(tables.vectors), kept)
