"""Trust or distrust who said something, and see beforehand what would fall with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from compoundry.errors import NotFound
from compoundry.model import Caller, Insight, Pattern, Rule
from compoundry.policy import settings_of
from compoundry.service.app import App
from compoundry.service.beliefs import belief_policy
from compoundry.store import sources, workspaces
from compoundry.store.database import clock
from compoundry.store.findings import PATTERNS, RULES
from compoundry.store.lineage import gathered
from compoundry.text.belief import Sources, confidence, heard


@dataclass(frozen=True, slots=True)
class Source:
    """Say how much a source has told, and how far it is trusted: from 0 (retracted) to 1."""

    source: str
    trust: float
    insights: int
    evidence: int


@dataclass(frozen=True, slots=True)
class Hit:
    """Say how far an insight would be believed without the source; `alone` when nobody else says so."""

    insight: Insight
    without: float
    alone: bool


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """Hold what rests on a source: insights, and the patterns and rules that rest on those."""

    source: str
    trust: float
    hits: Sequence[Hit]
    patterns: Sequence[Pattern]
    rules: Sequence[Rule]


def known(app: App, caller: Caller) -> list[Source]:
    """List the sources of a workspace, those that said most first."""
    caller.need("record.read")
    with app.database.read() as connection:
        trust = sources.trust(connection, caller.workspace_id)
        return [Source(s.source, trust.get(s.source, 1.0), s.insights, s.evidence) for s in sources.known(connection, caller.workspace_id)]


def trust(app: App, caller: Caller, source: str, value: float) -> Source:
    """Set how far a source is trusted, from 0 to 1; the next runs believe accordingly.

    Raises NotFound for a source that has said nothing, Invalid for another number.
    """
    caller.need("record.write")
    with app.database.write() as connection:
        said = {s.source: s for s in sources.known(connection, caller.workspace_id)}
        if source not in said:
            raise NotFound(f"no evidence comes from {source!r}", kind="source")
        chosen = {name: dict(section) for name, section in workspaces.one(connection, caller.workspace_id).policy.items()}
        kept = {name: part for name, part in sources.trust(connection, caller.workspace_id).items() if name != source}
        chosen["sources"] = {"trust": {**kept, **({} if value == 1 else {source: value})}}
        settings_of("sources", Sources, chosen["sources"])
        workspaces.set_policy(connection, caller.workspace_id, chosen)
    return Source(source, value, said[source].insights, said[source].evidence)


def blast_radius(app: App, caller: Caller, source: str) -> BlastRadius:
    """Return what rests on a source, and what would be left of each insight without it; NotFound for one that has said nothing."""
    caller.need("record.read")
    mine = caller.workspace_id
    with app.database.read() as connection:
        if all(said.source != source for said in sources.known(connection, mine)):
            raise NotFound(f"no evidence comes from {source!r}", kind="source")
        ids = sources.survivors(connection, mine, sources.told_by(connection, mine, source))
        found = [i for i in gathered(connection, mine, ids).values() if i.standing == "active"]
        trusted, policy, now = sources.trust(connection, mine), belief_policy(connection, mine), clock(connection)
        hits = []
        for insight in found:
            left = heard(insight, {**trusted, source: 0.0})
            hits.append(Hit(insight, round(confidence(left, now, policy), 4), not left.evidence))
        fallen = {i.id for i in found}
        patterns = [
            p for p in PATTERNS.everything(connection, mine) if fallen & set(p.evidence) and p.status not in ("rejected", "retired")
        ]
        resting = {p.id for p in patterns}
        rules = [r for r in RULES.everything(connection, mine) if fallen & set(r.evidence) or r.pattern_id in resting]
    ordered = sorted(hits, key=lambda hit: (hit.without - hit.insight.confidence, hit.insight.id))
    return BlastRadius(source, trusted.get(source, 1.0), ordered, patterns, [r for r in rules if r.status in ("active", "candidate")])
