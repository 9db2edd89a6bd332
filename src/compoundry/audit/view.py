"""Make a view of a file in memory, as the store would make one of a workspace."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from compoundry.job import View, same_id
from compoundry.model import Draft, Entity, Evidence, Insight
from compoundry.service.intake import InsightIn
from compoundry.text.encoder import Encoder

Told = Callable[[int, int], None]

_BATCH = 64


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a sentence stands in the file, and what the file says of it."""

    number: int
    dated: bool
    sourced: bool


@dataclass(frozen=True, slots=True)
class Store:
    """Hold the view of a file, and where in it each insight stands."""

    view: View
    places: dict[str, Place]


def store_of(lines: Sequence[tuple[int, InsightIn]], encoder: Encoder, now: datetime, told: Told) -> Store:
    """Return the view of what a file holds; ids come from the file's own, twins of one id count once."""
    places, insights = dict[str, Place](), list[Insight]()
    for number, one in lines:
        id = same_id("audited", one.external_id or str(number))
        if id not in places:
            places[id] = Place(number, one.observed_at is not None, bool(one.source) or any(e.source for e in one.evidence))
            insights.append(_insight(id, one.draft(id, now)))
    insights.sort(key=lambda insight: insight.id)
    vectors = _encoded([insight.content for insight in insights], encoder, told)
    return Store(View(0, tuple(insights), vectors, encoder.name), places)


def _insight(id: str, draft: Draft) -> Insight:
    said = Evidence(same_id("observed", id), "observed", draft.observed_at, draft.source, draft.confidence, draft.content)
    return Insight(
        id=id,
        content=draft.content,
        type=draft.type,
        entities=tuple(dict.fromkeys(_named(entity) for entity in draft.entities)),
        confidence=draft.confidence,
        observed_at=draft.observed_at,
        created_at=draft.observed_at,
        evidence=draft.evidence or (said,),
        pinned=draft.pinned,
        source=draft.source,
        external_id=draft.external_id,
    )


def _named(entity: Entity) -> Entity:
    return entity if entity.id else replace(entity, id=same_id("entity", " ".join(entity.name.casefold().split())))


def _encoded(sentences: Sequence[str], encoder: Encoder, told: Told) -> NDArray[np.float32]:
    """Encode sentences of like length together, which spares padding."""
    vectors = np.zeros((len(sentences), encoder.dimension), dtype=np.float32)
    order = sorted(range(len(sentences)), key=lambda n: len(sentences[n]))
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        vectors[batch] = encoder.encode([sentences[n] for n in batch])
        told(min(start + _BATCH, len(order)), len(order))
    return vectors
