"""Find what is near an insight and yet another fact, and say what keeps them apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compoundry import jobs
from compoundry.job import View
from compoundry.model import Caller, Insight, Reason
from compoundry.store import vectors, workspaces
from compoundry.store.database import Connection
from compoundry.store.findings import CANDIDATES
from compoundry.store.lineage import gathered, heirs, sharing
from compoundry.text.merging.ledger import Ledger
from compoundry.text.merging.lineup import Lineup
from compoundry.text.merging.pairing import Pair, Pairing

NEAREST = 20
_BY_A_PERSON = Reason("kept_apart", "It was decided that the two are kept apart.")


@dataclass(frozen=True, slots=True)
class Apart:
    """Name a near insight and what keeps it apart: how the two relate, how near they are, and the gravest difference."""

    insight: Insight
    relation: str
    cosine: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Hold the nearest ones that are kept apart, and how many are near in all."""

    apart: Sequence[Apart] = ()
    near: int = 0


def neighbourhood(connection: Connection, caller: Caller, found: Insight) -> Neighbourhood:
    """Compare an insight with those that consolidation compares it with, as it does, by the vectors of one model."""
    model = vectors.model_of(connection, caller.workspace_id, found.id)
    if model is None or found.standing != "active":
        return Neighbourhood()
    policy = jobs.named("consolidation").policy(workspaces.one(connection, caller.workspace_id).policy.get("consolidation", {}))
    others = [id for id in sharing(connection, caller.workspace_id, [e.id for e in found.entities]) if id != found.id]
    matrix = vectors.of(connection, caller.workspace_id, model, [found.id, *others])
    cosines = matrix[1:] @ matrix[0]
    near = np.flatnonzero(cosines >= min(policy.merge_at, policy.review_at))
    nearest = near[np.argsort(-cosines[near], kind="stable")][:NEAREST]
    known = gathered(connection, caller.workspace_id, [others[n] for n in nearest])
    decided = [c for c in CANDIDATES.everything(connection, caller.workspace_id) if c.decided_at]
    view = View(
        caller.workspace_id,
        (found, *known.values()),
        vectors.of(connection, caller.workspace_id, model, [found.id, *known]),
        model,
        candidates=tuple(decided),
        heirs=heirs(connection, caller.workspace_id, {id for c in decided for id in c.subjects} - {found.id, *known}),
    )
    return Neighbourhood([_apart(lineup, pair, found.id) for lineup, pair in _judged(view, policy, found.id)], len(near))


def _judged(view: View, policy: object, id: str) -> list[tuple[Lineup, Pair]]:
    lineup = Lineup(view)
    pairing = Pairing(lineup, policy, Ledger(lineup.insights))  # type: ignore[arg-type]  # consolidation's own policy
    fresh = np.array([one.id == id for one in lineup.insights], dtype=np.bool_)
    pairs = sorted(pairing.every(fresh, ()), key=lambda p: (-p.cosine, p.i, p.j))
    return [(lineup, pair) for pair in pairs]


def _apart(lineup: Lineup, pair: Pair, id: str) -> Apart:
    one, other = lineup.insights[pair.i], lineup.insights[pair.j]
    reason = _BY_A_PERSON if pair.verdict.relation in ("same", "unsure") and lineup.binding(pair.i, pair.j) else pair.reason
    return Apart(other if one.id == id else one, pair.verdict.relation, pair.cosine, reason)
