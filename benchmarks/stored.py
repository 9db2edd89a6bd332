"""Store many insights, and consolidate them where they are stored."""

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


def fill(file: Path) -> Mapping[str, float]:
    """Store all but the last."""
    return _filled(file, slice(None, -ADDED))


def fill_up(file: Path) -> Mapping[str, float]:
    """Store the last."""
    return _filled(file, slice(-ADDED, None))


def _filled(file: Path, part: slice) -> Mapping[str, float]:
    vectors = np.load(file, mmap_mode="r")
    insights = facts.insights(len(vectors))[part]
    parts = _opened(file)
    _store(parts, _caller(parts), insights, vectors[part])
    parts.close()
    return {"stored": len(insights)}


def run(file: Path) -> Mapping[str, float]:
    """Consolidate what is stored: a whole run, with nothing to encode."""
    parts = _opened(file)
    began, worked = time.perf_counter(), time.process_time()
    ended = inline.carry_out(parts.shop, runs.trigger(parts.app, _caller(parts), "consolidation"))
    took = {"took_s": time.perf_counter() - began, "cpu_s": time.process_time() - worked}
    if ended.state != "completed":
        raise SystemExit(f"consolidation: {ended.error}")
    parts.close()
    return took


def _opened(file: Path) -> Parts:
    return assemble(Settings(encoder="minilm", lease_s=3_600), f"sqlite:///{file.with_suffix('.db')}")


def _caller(parts: Parts) -> Caller:
    known = access.list_workspaces(parts.app) or [access.create_workspace(parts.app, "Large")]
    return access.operator(known[0].id)


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
