"""Recall what is known about a question, the best answers first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from compoundry.errors import Invalid
from compoundry.model import Caller, Insight
from compoundry.service.app import App, Searchable
from compoundry.service.beliefs import belief_policy
from compoundry.store import insights, rewind, sources, vectors
from compoundry.store.database import Connection
from compoundry.store.lineage import gathered
from compoundry.text import counting, retrieval

MOST = 200
REMEMBERED = 8
_FLOOR = 0.12


@dataclass(frozen=True, slots=True)
class Recalled:
    """Hold an insight that fits a question, and how well: in all, by its words and by its meaning, each from 0 to 1."""

    insight: Insight
    score: float
    words: float
    meaning: float


def recall(
    app: App,
    caller: Caller,
    query: str,
    *,
    limit: int = 10,
    entity: str | None = None,
    as_of: datetime | None = None,
    max_tokens: int | None = None,
) -> list[Recalled]:
    """Return active insights that fit a question, best first; `as_of` asks what was believed then.

    `entity` (an id or a name) narrows it; `max_tokens` cuts the list where the sentences cost more than that.
    Being recalled is no evidence. Raises Invalid for an empty question or a limit that isn't 1 to 200.
    """
    caller.need("record.read")
    if not query.strip():
        raise Invalid("query: say what you are looking for")
    if not 0 < limit <= MOST:
        raise Invalid(f"limit: must be 1 to {MOST}, not {limit}")
    encoder = app.encoder()
    meant = encoder.encode([query[:2_000]])[0]
    with app.database.read() as connection:
        known = _then(connection, app, caller, as_of) if as_of else {}
        searchable = _of(connection, caller.workspace_id, encoder.name, known) if as_of else _current(connection, app, caller, encoder.name)
        allowed = _about(connection, caller, searchable.ids, entity, known) if entity else None
        found = searchable.index.search(query, meant, limit=limit * 2, allowed=allowed)
        ids = [searchable.ids[f.place] for f in found]
        told = known or gathered(connection, caller.workspace_id, ids)
    fitting = [_recalled(told[id], f) for id, f in zip(ids, found, strict=True) if id in told and f.score >= _FLOOR]
    fitting.sort(key=lambda r: (-r.score, -r.insight.confidence, r.insight.id))  # belief decides among what fits alike
    return _within(fitting[:limit], max_tokens)


def _recalled(insight: Insight, found: retrieval.Found) -> Recalled:
    return Recalled(insight, round(found.score, 4), round(found.words, 4), round(found.meaning, 4))


def _within(fitting: Sequence[Recalled], max_tokens: int | None) -> list[Recalled]:
    if max_tokens is None:
        return list(fitting)
    kept, spent = [], 0
    for one in fitting:
        spent += counting.tokens(one.insight.content)
        if spent > max_tokens:
            break
        kept.append(one)
    return kept


def _current(connection: Connection, app: App, caller: Caller, model: str) -> Searchable:
    """Make the workspace searchable, or take what was made when it was like this before."""
    state = (model, *insights.state(connection, caller.workspace_id), vectors.count(connection, caller.workspace_id, model))
    known = app.searchable.get(caller.workspace_id)
    if known is not None and known.state == state:
        return known
    if known is not None and known.state[:-1] == state[:-1]:  # only vectors came: while many are encoded, the words stay as they are
        index = replace(known.index, vectors=vectors.of(connection, caller.workspace_id, model, known.ids))
        fresh = replace(known, state=state, index=index)
    else:
        contents = insights.contents(connection, caller.workspace_id)
        fresh = replace(_made(connection, caller.workspace_id, model, contents), state=state)
    while len(app.searchable) >= REMEMBERED:
        app.searchable.pop(next(iter(app.searchable)), None)
    app.searchable[caller.workspace_id] = fresh
    return fresh


def _of(connection: Connection, workspace_id: int, model: str, known: Mapping[str, Insight]) -> Searchable:
    return _made(connection, workspace_id, model, {id: insight.content for id, insight in known.items()})


def _made(connection: Connection, workspace_id: int, model: str, contents: Mapping[str, str]) -> Searchable:
    ids = list(contents)
    return Searchable((), ids, retrieval.index(list(contents.values()), vectors.of(connection, workspace_id, model, ids)))


def _then(connection: Connection, app: App, caller: Caller, as_of: datetime) -> dict[str, Insight]:
    policy, trust = belief_policy(connection, caller.workspace_id), sources.trust(connection, caller.workspace_id)
    return {i.id: i for i in rewind.believed(connection, caller.workspace_id, as_of, policy, trust)}


def _about(connection: Connection, caller: Caller, ids: Sequence[str], entity: str, known: Mapping[str, Insight]) -> NDArray[np.bool_]:
    if known:
        named = {entity, insights.entity_id(entity)}
        return np.array([bool(named & {e.id for e in known[id].entities}) for id in ids], dtype=bool)
    about = insights.about(connection, caller.workspace_id, entity)
    return np.array([id in about for id in ids], dtype=bool)
