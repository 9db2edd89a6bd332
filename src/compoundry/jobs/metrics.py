"""Measure the health of a workspace: how much is known, how sure, how old, and what waits for a person."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, get_args

import numpy as np

from compoundry.columns import KINDS, Columns, Flags, Floats, micros
from compoundry.errors import Invalid
from compoundry.job import Measure, Plan, Told, View, same_id
from compoundry.model import Candidate, Reason, Snapshot
from compoundry.text import belief, counting, half_lives
from compoundry.text.merging.precision import measured as precision_of_merging
from compoundry.text.superfluous import superfluous

ORDER = 50
SETTLE_S = 0.0
VECTORS = False
COLUMNS = True
EVIDENCE_OF = 40_000
MOST_SOURCES = 20
MOST_HALF_LIVES = 1_000
MICRO_DAYS = 86_400e6
Figure = float | Mapping[str, float]
FIGURES = (
    "insights", "by_standing", "by_type", "by_source", "mean_confidence", "confidence", "age_days", "tokens", "contradiction_rate",
    "stale_share", "evidence_per_insight", "estimated_from", "evidence_per_rule", "patterns", "rules", "rule_outcomes",
    "duplicates_waiting", "duplicate_rate", "candidates_waiting", "candidates_by_kind", "merges_paused", "oldest_waiting_days",
    "merge_precision", "automatic_merge_precision", "change", "bounds_broken",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """Set what counts as stale, and the bounds that a healthy workspace keeps.

    Stale is what had no confirmation for this many half-lives. `at_least` and `at_most` hold a bound by figure;
    a part of a figure is named with a dot, as in `age_days.p90`. A snapshot that breaks one says so in `bounds_broken`.
    """

    stale_after_half_lives: float = 1.0
    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.stale_after_half_lives <= MOST_HALF_LIVES:
            told = f"more than 0 and at most {MOST_HALF_LIVES:,}, not {self.stale_after_half_lives:g}"
            raise Invalid(f"metrics: stale_after_half_lives must be {told}")
        for name in (*self.at_least, *self.at_most):
            must_be_figure("metrics: bounds", name)


def must_be_figure(what: str, name: str) -> None:
    """Raise Invalid unless a snapshot has such a figure, or one of which this is a part, as in `age_days.p90`."""
    if name.partition(".")[0] not in FIGURES:
        raise Invalid(f"{what}: there is no figure {name!r}; one of {', '.join(FIGURES)}, or a part of it, as in age_days.p90")


def figure(figures: Mapping[str, Any], name: str) -> Figure | None:
    """Return a figure of a snapshot, or a part of one; None where it has no such.

    >>> figure({"age_days": {"p90": 12.0}}, "age_days.p90"), figure({"insights": 3.0}, "insights.p90")
    (12.0, None)
    """
    whole, _, part = name.partition(".")
    found: Figure | None = figures.get(whole)
    if not part:
        return found
    return found.get(part) if isinstance(found, Mapping) else None


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Take one snapshot; the figures are those that `figures` documents."""
    found = view.as_columns()
    view.tick(0, len(found))
    measured = figures(view, found, policy, now)
    broken = bounds_broken(measured, policy)
    snapshot = Snapshot(same_id("snapshot", str(view.workspace_id), now.isoformat()), now, {**measured, "bounds_broken": broken})
    reason = _told(measured, broken, policy)
    return Plan(_told_of(found), (Measure(snapshot, reason),), (reason,) if broken else ())


def _told_of(found: Columns) -> Told:
    """Say that each insight was counted; those that have trouble say so."""
    troubles = sorted(found.troubles.items())
    says = np.zeros(len(found), np.int32)
    says[[n for n, _ in troubles]] = range(1, len(troubles) + 1)
    return Told(found.ids, found.version, says, (("kept", ""), *(("failed", why) for _, why in troubles)))


def bounds_broken(measured: Mapping[str, Figure], policy: Policy) -> dict[str, float]:
    """Return the figures that are beyond their bounds, by name.

    >>> bounds_broken({"stale_share": 0.4, "age_days": {"p90": 12.0}}, Policy(at_most={"stale_share": 0.3, "age_days.p90": 30.0}))
    {'stale_share': 0.4}
    """
    flat = {name: value for name, value in measured.items() if isinstance(value, int | float)}
    flat |= {f"{name}.{part}": v for name, parts in measured.items() if isinstance(parts, Mapping) for part, v in parts.items()}
    low = {name for name, bound in policy.at_least.items() if flat.get(name, bound) < bound}
    high = {name for name, bound in policy.at_most.items() if flat.get(name, bound) > bound}
    return {name: flat[name] for name in sorted(low | high)}


def _told(measured: Mapping[str, Figure], broken: Mapping[str, float], policy: Policy) -> Reason:
    text = f"{measured['insights']:g} active insights, {measured['candidates_waiting']:g} candidates waiting"
    if not broken:
        return Reason("measured", text)
    beyond = ", ".join(f"{name} is {value:g} ({_bound(name, policy)})" for name, value in broken.items())
    return Reason("bound_broken", f"{text}; beyond its bounds: {beyond}", dict(broken))


def _bound(name: str, policy: Policy) -> str:
    limits = [f"at least {policy.at_least[name]:g}"] if name in policy.at_least else []
    return " and ".join(limits + ([f"at most {policy.at_most[name]:g}"] if name in policy.at_most else []))


def figures(view: View, found: Columns, policy: Policy, now: datetime) -> dict[str, Figure]:
    """Compute every figure.

    insights: active ones. by_standing, by_type, by_source: counts (the 20 most frequent sources, the rest as "other").
    duplicates_waiting: active insights that open merge candidates would take away. duplicate_rate: the estimated share of insights that
    others make superfluous: by such questions, and, up to 80,000 insights, as exact copies (the same words of one day about the same).
    contradiction_rate: share of active insights denied since they were last confirmed, or in an open contradiction.
    mean_confidence; confidence: counts by level. stale_share: share without confirmation for a half-life of its own.
    age_days: p50, p90, p99 since observed. evidence_per_insight, evidence_per_rule: means.
    estimated_from: how many insights' evidence contradiction_rate, stale_share and evidence_per_insight are estimated from, each
    share within half a percentage point, 95 % of the time; left out where it was that of all: up to 80,000 insights.
    patterns, rules: counts by status; rule_outcomes: helped and harmed, over all rules.
    candidates_waiting, candidates_by_kind, oldest_waiting_days: the review backlog.
    merges_paused: open questions about merges that would have been automatic, had people not found them wrong too often.
    automatic_merge_precision: of the last 200 automatic merges that people looked at, the share found right, likewise.
    merge_precision: of the merges that people decided, the share accepted, with its 95 % Wilson interval;
    left out before the first decision. tokens: estimate of what the active set costs in a prompt.
    change: difference of every plain figure to the last snapshot; left out in the first.
    bounds_broken: figures beyond the bounds that the workspace has set; added by `plan`.
    """
    open_ones = [c for c in view.candidates if c.status == "open"]
    measured = {
        **_counted(view, found, now),
        **_weighed(found, open_ones, _believing(view, found, now), policy, now),
        **_found(view),
        **_waiting(found, open_ones, now),
        "duplicate_rate": _share(_superfluous(found, open_ones), len(found)),
        **_precision(view.candidates),
    }
    last = max(view.snapshots, key=lambda s: (s.at, s.id), default=None)
    return {**measured, "change": _change(last, measured)} if last else measured


def _counted(view: View, found: Columns, now: datetime) -> dict[str, Figure]:
    """Count the active insights."""
    n = len(found)
    ages = np.maximum(0.0, (micros(now) - found.observed_at[found.sound]) / MICRO_DAYS)
    return {
        "insights": float(n),
        "by_standing": {**_floats(view.others), "active": float(n)},
        "by_type": _floats(found.type.counted()),
        "by_source": _most(Counter({name or "unknown": count for name, count in found.source.counted().items()})),
        "mean_confidence": round(_share(math.fsum(found.confidence), n), 4),
        "confidence": _floats(_levels(found)),
        "age_days": _percentiles(np.sort(ages)),
        "tokens": float(counting.tokens_of(found.length)),
    }


def _weighed(found: Columns, open_ones: Iterable[Candidate], believing: belief.Policy, policy: Policy, now: datetime) -> dict[str, Figure]:
    """Measure what evidence tells; where it is that of some insights, estimate it for all."""
    shown = np.arange(len(found)) if found.shown is None else found.shown
    stale, denied = _stale_and_denied(found, believing, policy, now)
    questioned = {s for c in open_ones if c.kind == "contradiction" for s in c.subjects}
    disputed = denied | np.fromiter(map(questioned.__contains__, found.ids), bool, len(found)) if questioned else denied
    measured: dict[str, Figure] = {
        "contradiction_rate": _share(int(disputed[shown].sum()), len(shown)),
        "stale_share": _share(int(stale[shown].sum()), len(shown)),
        "evidence_per_insight": _share(len(found.evidence), len(shown)),
    }
    return measured if found.shown is None else {**measured, "estimated_from": float(len(shown))}


def _found(view: View) -> dict[str, Figure]:
    """Count patterns and rules."""
    return {
        "evidence_per_rule": _share(sum(len(r.evidence) for r in view.rules), len(view.rules)),
        "patterns": _floats(Counter[str](p.status for p in view.patterns)),
        "rules": _floats(Counter[str](r.status for r in view.rules)),
        "rule_outcomes": {"helped": float(sum(r.helped for r in view.rules)), "harmed": float(sum(r.harmed for r in view.rules))},
    }


def _waiting(found: Columns, open_ones: Sequence[Candidate], now: datetime) -> dict[str, Figure]:
    """Measure what waits for a person."""
    duplicates = {s for c in open_ones if c.kind == "merge" for s in c.subjects[:-1]}
    duplicates &= set(found.ids) if duplicates else set()
    return {
        "duplicates_waiting": float(len(duplicates)),
        "candidates_waiting": float(len(open_ones)),
        "candidates_by_kind": _floats(Counter[str](c.kind for c in open_ones)),
        "merges_paused": float(sum(c.kind == "merge" and c.reason.facts.get("sure") is True for c in open_ones)),
        "oldest_waiting_days": round(max((_days(c.created_at, now) for c in open_ones), default=0.0), 2),
    }


def _superfluous(found: Columns, open_ones: Iterable[Candidate]) -> int:
    """Count the insights that would go if exact copies, and those of whom open questions say that they may be the same, were one."""
    asked = [c.subjects for c in open_ones if c.kind == "merge"]
    wanted = set(chain.from_iterable(asked))
    place = {id: n for n, id in enumerate(found.ids) if id in wanted} if wanted else {}
    copies: dict[int, list[int]] = defaultdict(list)
    for n, number in enumerate([] if found.copies is None else found.copies.tolist()):
        copies[number].append(n)
    return superfluous([*copies.values(), *([place[id] for id in subjects if id in place] for subjects in asked)])


def _believing(view: View, found: Columns, now: datetime) -> belief.Policy:
    """Return how belief fades in this workspace: as its sweep has it, learned half-lives included where they are on."""
    chosen = view.settings.get("decay_sweep", {})
    by_hand = chosen.get("half_lives", {})
    known = {name: chosen[name] for name in ("half_life_days", "lasting", "floors", "floor", "retrieved") if name in chosen}
    policy = belief.Policy(**known, half_lives={**belief.HALF_LIVES, **by_hand})
    if chosen.get("learn") != "on":
        return policy
    return half_lives.using(policy, half_lives.learned(found, policy.half_lives, policy.half_life_days, now), by_hand)


def _stale_and_denied(found: Columns, believing: belief.Policy, policy: Policy, now: datetime) -> tuple[Flags, Flags]:
    """Flag what had no confirmation for too long, and what was denied since its last one."""
    weighed = belief.weigh_all(found, now, believing)
    fading = weighed.supported & (weighed.floor < 1)
    stale = fading & (weighed.age_days(micros(now)) > policy.stale_after_half_lives * weighed.half_life_days)
    log = found.evidence
    against = (log.kind == KINDS.index("contradicted")) & (log.at >= weighed.since[log.of]) & (log.at <= micros(now))
    denied = np.zeros(len(found), bool)
    denied[log.of[against]] = True
    return stale, denied & weighed.supported


def _levels(found: Columns) -> dict[str, int]:
    bounds = np.searchsorted([0.4, 0.65, 0.85], found.confidence, side="right")
    return {name: int(n) for name, n in zip(get_args(belief.Level), np.bincount(bounds, minlength=4), strict=True) if n}


def _precision(candidates: Sequence[Candidate]) -> dict[str, Figure]:
    """Measure how often merging was right, by what people decided."""
    measured: dict[str, Figure] = {}
    answered = (c for c in candidates if c.kind == "merge" and c.status in ("accepted", "rejected") and c.reason.code != "judged")
    if decided := [c.status == "accepted" for c in answered]:
        low, high = counting.wilson(sum(decided), len(decided))
        share = _share(sum(decided), len(decided))
        measured["merge_precision"] = {"value": share, "low": round(low, 4), "high": round(high, 4), "decided": float(len(decided))}
    if found := precision_of_merging(candidates):
        parts = {"value": found.value, "low": found.low, "high": found.high, "answers": float(found.answers)}
        measured["automatic_merge_precision"] = parts
    return measured


def _change(last: Snapshot, measured: Mapping[str, Figure]) -> dict[str, float]:
    before = {name: value for name, value in last.figures.items() if isinstance(value, int | float)}
    after = {name: value for name, value in measured.items() if isinstance(value, int | float)}
    return {name: round(after[name] - before[name], 4) for name in after if name in before}


def _percentiles(ranked: Floats) -> dict[str, float]:
    """Return the nearest-rank percentiles of values in order."""
    return {f"p{p}": round(float(counting.percentile(ranked, p)), 2) for p in (50, 90, 99)} if len(ranked) else {}


def _most(counted: Counter[str]) -> dict[str, float]:
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(n for _, n in ranked[MOST_SOURCES:])
    return {name: float(n) for name, n in ranked[:MOST_SOURCES]} | ({"other": float(rest)} if rest else {})


def _floats(counted: Mapping[str, int]) -> dict[str, float]:
    return {name: float(counted[name]) for name in sorted(counted)}


def _share(part: float, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _days(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds() / belief.DAY_S)
