"""Take a snapshot of how healthy the workspace's knowledge is."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from compoundry.job import Disposition, Measure, Plan, View, same_id
from compoundry.model import Reason, Snapshot
from compoundry.text import belief, counting
from compoundry.text.belief import Belief

ORDER = 50
SETTLE_S = 0.0
VECTORS = False

Figures = dict[str, float | Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold the settings of the snapshot: an insight is stale when it has lost that share of its belief."""

    stale_after_losing: float = 0.5
    belief: Belief = field(default_factory=Belief)


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Measure everything, change nothing."""
    figures: Figures = {**_insights(view, policy, now), **_findings(view, now), **_review(view)}
    figures["since_last"] = _since_last(view, figures)
    snapshot = Snapshot(same_id("snapshot", str(view.workspace_id), now.isoformat()), now, figures)
    kept = tuple(Disposition(i.id, i.version, "kept") for i in sorted(view.insights, key=lambda i: i.id))
    return Plan(kept, (Measure(snapshot, Reason("measured", f"{len(view.insights)} active insights were measured")),))


def _insights(view: View, policy: Policy, now: datetime) -> Figures:
    """Measure the active insights: how many, how old, how far believed, what they cost in tokens."""
    ages = sorted(max(0.0, (now - i.observed_at).total_seconds() / 86_400) for i in view.insights)
    believed = sorted(belief.confidence(i, now, policy.belief) for i in view.insights)
    strengths = [belief.strength(i, policy.belief) for i in view.insights]
    retained = [
        belief.retained(max(0.0, (now - s.last_support).total_seconds() / 86_400), s.half_life_days, policy.belief.floor) for s in strengths
    ]
    return {
        "insights": float(len(view.insights)),
        "by_standing": {"active": float(len(view.insights)), **{name: float(n) for name, n in sorted(view.others.items())}},
        "by_type": _counted(i.type for i in view.insights),
        "by_source": _counted(i.source or "unknown" for i in view.insights),
        "confidence_mean": counting.mean(believed),
        "confidence_levels": _counted(belief.level(c) for c in believed),
        "stale_share": counting.mean([float(share < policy.stale_after_losing) for share in sorted(retained)]),
        "age_days": {f"p{p}": counting.percentile(ages, p) for p in (50, 90, 99)},
        "evidence_per_insight": counting.mean(sorted(float(len(i.evidence)) for i in view.insights)),
        "tokens": float(sum(counting.tokens(i.content) for i in view.insights)),
    }


def _findings(view: View, now: datetime) -> Figures:
    """Count patterns and rules, and how much evidence a rule has."""
    alive = [rule for rule in view.rules if rule.status in ("candidate", "active")]
    return {
        "patterns": _counted(p.status for p in view.patterns),
        "rules": _counted(r.status for r in view.rules),
        "evidence_per_rule": counting.mean(sorted(float(len(rule.evidence)) for rule in alive)),
        "rule_outcomes": {"helped": float(sum(r.helped for r in view.rules)), "harmed": float(sum(r.harmed for r in view.rules))},
        "backlog_age_days": max(
            ((now - c.created_at).total_seconds() / 86_400 for c in view.candidates if c.status == "open"), default=0.0
        ),
    }


def _review(view: View) -> Figures:
    """Measure duplicates and contradictions that wait, and the precision of merges that people decided."""
    waiting = [c for c in view.candidates if c.status == "open"]
    involved = {kind: {s for c in waiting if c.kind == kind for s in c.subjects} for kind in ("merge", "contradiction")}
    decided = [c.status == "accepted" for c in view.candidates if c.kind == "merge" and c.status in ("accepted", "rejected")]
    low, high = counting.wilson(sum(decided), len(decided))
    total = max(1, len(view.insights))
    return {
        "candidates_waiting": float(len(waiting)),
        "waiting_by_kind": _counted(c.kind for c in waiting),
        "duplicate_rate": len(involved["merge"]) / total,
        "contradiction_rate": len(involved["contradiction"]) / total,
        "merges_reviewed": float(len(decided)),
        "merge_precision": {"low": low, "high": high, **({"measured": counting.mean([float(d) for d in decided])} if decided else {})},
    }


def _since_last(view: View, figures: Figures) -> Mapping[str, float]:
    """Return how each plain figure has changed since the last snapshot."""
    if not view.snapshots:
        return {}
    last = max(view.snapshots, key=lambda s: (s.at, s.id)).figures
    pairs = [(name, value, last.get(name)) for name, value in figures.items()]
    return {name: value - before for name, value, before in pairs if isinstance(value, int | float) and isinstance(before, int | float)}


def _counted(names: Iterable[str]) -> dict[str, float]:
    counted = Counter(names)
    return {name: float(n) for name, n in sorted(counted.items())}
