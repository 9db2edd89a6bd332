"""Believe stale insights less, and archive those that nothing supports any more."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from compoundry.errors import Invalid, TooMuch
from compoundry.job import Archive, Believe, Change, Disposition, Plan, Propose, View
from compoundry.model import Insight, Reason
from compoundry.text import belief, half_lives
from compoundry.text.doubts import Doubt, questions

ORDER = 40
SETTLE_S = 0.0
VECTORS = False
EVERY = 5_000
_SHARES = ("confirm_below", "archive_below", "cap", "retrieved")


@dataclass(frozen=True, slots=True)
class Policy:
    """Set how belief fades, when an insight is archived, and how much one sweep may do; `floor` is the part of
    the trust that time alone never takes, so that age makes an insight doubtful and not invisible.

    `half_lives` and `floors` go by type and are laid over the defaults; `least_change` is the
    smallest difference worth writing. A sweep that would archive more than `cap` of the workspace,
    and more than `cap_from` insights, fails. Insights that fall below `confirm_below` within
    `notice_days` are put to a person, at most `ask` waiting at a time; 0 asks never. `learn` fits half-lives
    from the workspace's own history: "suggest" notes them, "on" uses them where none is set by hand. `retrieved` is
    the part of its weight that being read counts as support; by default reading proves nothing.
    """

    half_lives: Mapping[str, float] = field(default_factory=dict)
    half_life_days: float = 180.0
    lasting: Sequence[str] = belief.LASTING
    floors: Mapping[str, float] = field(default_factory=dict)
    floor: float = 0.2
    confirm_below: float = 0.3
    archive_below: float = 0.1
    least_change: float = 0.0001
    cap: float = 0.2
    cap_from: int = 20
    notice_days: float = 30.0
    ask: int = 20
    learn: Literal["off", "suggest", "on"] = "off"
    retrieved: float = 0.0

    def __post_init__(self) -> None:
        belief.must_be_shares("decay_sweep: floors", {**self.floors, "any type": self.floor})
        belief.must_be_shares("decay_sweep:", {name: getattr(self, name) for name in _SHARES})
        if wrong := [type for type, days in {**self.half_lives, "any type": self.half_life_days}.items() if not days > 0]:
            raise Invalid(f"decay_sweep: the half-life of {wrong[0]!r} must be above 0 days")
        if self.learn not in ("off", "suggest", "on"):
            raise Invalid(f"decay_sweep: learn must be off, suggest or on, not {self.learn!r}")

    @property
    def belief(self) -> belief.Policy:
        """Return the part that says how belief forms and fades."""
        half_lives = {**belief.HALF_LIVES, **self.half_lives}
        return belief.Policy(
            half_lives=half_lives,
            half_life_days=self.half_life_days,
            lasting=self.lasting,
            floors=self.floors,
            floor=self.floor,
            retrieved=self.retrieved,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Say what a sweep makes of one insight."""

    disposition: Disposition
    change: Believe | Archive | None = None
    fades_at: datetime | None = None
    confidence: float = 1.0


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Compute every insight's confidence anew; raise TooMuch when more than the cap would be archived."""
    fits = _learned(view, policy, now)
    judge = partial(_judge, policy=policy, belief_policy=_using(fits, policy), now=now)
    ordered = sorted(view.insights, key=lambda i: i.id)
    verdicts: list[Verdict] = []
    for n, insight in enumerate(ordered, 1):
        verdicts.append(judge(insight))
        if n % EVERY == 0:
            view.tick(n, len(ordered))
    _cap(verdicts, policy)
    changes: list[Change] = [v.change for v in verdicts if v.change]
    asked = questions(_doubts(ordered, verdicts, policy, now), view.candidates, most=policy.ask, now=now)
    changes += [Propose(question) for question in asked]
    return Plan(tuple(v.disposition for v in verdicts), tuple(changes), tuple(_told(fits, policy)))


def _learned(view: View, policy: Policy, now: datetime) -> dict[str, half_lives.HalfLife]:
    if policy.learn == "off":
        return {}
    usable = [i for i in view.insights if all(isinstance(e.at, datetime) and e.at.tzinfo for e in i.evidence)]
    return half_lives.learned(usable, policy.belief.half_lives, policy.half_life_days, now)


def _using(fits: Mapping[str, half_lives.HalfLife], policy: Policy) -> belief.Policy:
    found = {type: fit.days for type, fit in fits.items()} if policy.learn == "on" else {}
    return replace(policy.belief, half_lives={**policy.belief.half_lives, **found, **policy.half_lives})


def _told(fits: Mapping[str, half_lives.HalfLife], policy: Policy) -> list[Reason]:
    """Note what was learned, whether it is used or not."""
    used = policy.belief.half_lives
    return [
        Reason(
            "half_life_learned",
            f"{type}: half holds for {fit.days:.0f} days ({fit.low:.0f} to {fit.high:.0f}, from {fit.ends} that ended); "
            f"set is {used.get(type, policy.half_life_days):.0f}",
            {"type": type, "days": round(fit.days, 1), "low": round(fit.low, 1), "high": round(fit.high, 1), "ends": fit.ends},
        )
        for type, fit in sorted(fits.items())
    ]


def _judge(insight: Insight, *, policy: Policy, belief_policy: belief.Policy, now: datetime) -> Verdict:
    try:
        weighed = belief.weigh(insight, now, belief_policy)
    except (ArithmeticError, TypeError, ValueError, AttributeError) as error:
        return Verdict(Disposition(insight.id, insight.version, "failed", f"{type(error).__name__}: {error}"))
    if weighed is None:
        return _unsupported(insight)
    after = round(weighed.at(now), 4)
    if after < policy.archive_below and not insight.pinned:
        gone = Archive(insight.id, _below(insight, after, weighed, policy, now))
        return Verdict(Disposition(insight.id, insight.version, "archived", gone.reason.text), gone)
    fades_at = None if insight.pinned else weighed.fades_at(policy.confirm_below)
    if round(abs(after - insight.confidence), 6) < policy.least_change:  # rounded: 0.3501 - 0.35 is a hair under 0.0001
        return Verdict(Disposition(insight.id, insight.version, "kept", "as before"), None, fades_at, after)
    stored = Believe(insight.id, insight.confidence, after, _moved(insight, after, weighed, now))
    return Verdict(Disposition(insight.id, insight.version, "faded", stored.reason.text), stored, fades_at, after)


def _unsupported(insight: Insight) -> Verdict:
    """Archive what only retracted sources said; keep what waits for its first support."""
    if insight.evidence or insight.pinned:
        return Verdict(Disposition(insight.id, insight.version, "kept", "nothing supports it yet"))
    gone = Archive(insight.id, Reason("retracted", "nothing that is trusted still says so", {"before": insight.confidence}))
    return Verdict(Disposition(insight.id, insight.version, "archived", gone.reason.text), gone)


def _moved(insight: Insight, after: float, weighed: belief.Weighed, now: datetime) -> Reason:
    facts = _facts(insight, after, weighed, now)
    code = "faded" if after < insight.confidence else "supported"
    verb = "not seen for" if code == "faded" else "supported by its evidence; last seen"
    tail = "" if code == "faded" else " ago"
    return Reason(code, f"{verb} {facts['age_days']:g} days{tail}: {insight.confidence:.2f} → {after:.2f}", facts)


def _below(insight: Insight, after: float, weighed: belief.Weighed, policy: Policy, now: datetime) -> Reason:
    facts = _facts(insight, after, weighed, now)
    return Reason("below_floor", f"not seen for {facts['age_days']:g} days: {after:.2f} is below {policy.archive_below:g}", facts)


def _facts(insight: Insight, after: float, weighed: belief.Weighed, now: datetime) -> dict[str, str | int | float | bool | list[str]]:
    age = round((now - weighed.since).total_seconds() / belief.DAY_S, 1)
    return {
        "age_days": age,
        "half_life_days": round(weighed.half_life_days, 1),
        "trust": round(weighed.trust, 4),
        "evidence": len(insight.evidence),
        "before": insight.confidence,
        "after": after,
    }


def _cap(verdicts: Sequence[Verdict], policy: Policy) -> None:
    gone = sum(isinstance(v.change, Archive) for v in verdicts)
    if gone > max(policy.cap_from, policy.cap * len(verdicts)):
        raise TooMuch(
            f"the sweep would archive {gone} of {len(verdicts)} insights, more than {policy.cap:.0%}; "
            "look at a dry run with a higher cap, then raise decay_sweep.cap for this workspace or confirm what still holds",
            {"archived": gone, "scanned": len(verdicts), "cap": policy.cap},
        )


def _doubts(insights: Iterable[Insight], verdicts: Iterable[Verdict], policy: Policy, now: datetime) -> Iterator[Doubt]:
    until = now + timedelta(days=policy.notice_days)
    for insight, verdict in zip(insights, verdicts, strict=True):
        if insight.recheck_at and insight.recheck_at <= now and not isinstance(verdict.change, Archive):
            yield Doubt(insight.recheck_at, insight.id, verdict.confidence, "recheck_due")
        elif verdict.fades_at and verdict.fades_at <= until:
            yield Doubt(verdict.fades_at, insight.id, verdict.confidence)
