"""Believe stale insights less, and archive what is hardly believed any more."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from compoundry.errors import TooMuch
from compoundry.job import Archive, Believe, Change, Disposition, Plan, Propose, View, same_id
from compoundry.model import Candidate, Insight, Reason
from compoundry.text import belief
from compoundry.text.belief import Belief

ORDER = 40
SETTLE_S = 0.0
VECTORS = False

_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold the settings of the sweep.

    Below `archive_below` an insight is archived; a sweep that would archive more than the share
    `most_archived` (and more than `always_allowed` insights) fails instead. Insights that fell below
    `confirm_below` are put before a person, `most_questions` of them waiting at a time.
    """

    archive_below: float = 0.1
    most_archived: float = 0.2
    always_allowed: int = 10
    confirm_below: float = 0.35
    most_questions: int = 20
    smallest_change: float = 0.00005
    belief: Belief = field(default_factory=Belief)


@dataclass(frozen=True, slots=True)
class _Verdict:
    insight: Insight
    disposition: Disposition
    changes: tuple[Change, ...] = ()


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Compute each insight's confidence anew; raise TooMuch when too many would be archived."""
    verdicts = []
    for done, insight in enumerate(sorted(view.insights, key=lambda i: i.id)):
        if done % _EVERY == 0:
            view.tick(done, len(view.insights))
        verdicts.append(_judged(insight, policy, now))
    _must_spare(verdicts, policy)
    changes = [change for verdict in verdicts for change in verdict.changes]
    return Plan(tuple(v.disposition for v in verdicts), (*changes, *_questions(view, verdicts, policy, now)))


def _judged(insight: Insight, policy: Policy, now: datetime) -> _Verdict:
    try:
        believed = belief.confidence(insight, now, policy.belief)
    except (ArithmeticError, ValueError, TypeError) as error:
        return _Verdict(insight, _told(insight, "failed", f"its evidence can't be weighed: {error}"))
    if believed < policy.archive_below:
        why = Reason("hardly_believed", f"believed {believed:.2f}, below {policy.archive_below:.2f}", {"confidence": believed})
        return _Verdict(insight, _told(insight, "archived", why.text), (*_faded(insight, believed, policy, now), Archive(insight.id, why)))
    faded = _faded(insight, believed, policy, now)
    return _Verdict(insight, _told(insight, "faded" if faded else "kept", faded[0].reason.text if faded else ""), faded)


def _faded(insight: Insight, believed: float, policy: Policy, now: datetime) -> tuple[Believe, ...]:
    if abs(believed - insight.confidence) < policy.smallest_change:
        return ()
    found = belief.strength(insight, policy.belief)
    age_days = max(0, (now - found.last_support).days)
    told = f"last supported {age_days} days ago; half-life {found.half_life_days:.0f} days from {len(insight.evidence)} pieces of evidence"
    facts = {"age_days": age_days, "half_life_days": round(min(found.half_life_days, 1e6), 1), "evidence": len(insight.evidence)}
    return (Believe(insight.id, insight.confidence, believed, Reason("stale", told, facts)),)


def _told(insight: Insight, outcome: str, because: str) -> Disposition:
    return Disposition(insight.id, insight.version, outcome, because)  # type: ignore[arg-type]


def _must_spare(verdicts: Sequence[_Verdict], policy: Policy) -> None:
    going = [v.insight.id for v in verdicts if v.disposition.outcome == "archived"]
    allowed = max(policy.always_allowed, int(policy.most_archived * len(verdicts)))
    if len(going) > allowed:
        raise TooMuch(
            f"the sweep would archive {len(going)} of {len(verdicts)} insights, more than the {allowed} allowed; nothing was changed. "
            "Look at a dry run with a higher most_archived, then raise it if the plan is right",
            {"would_archive": len(going), "allowed": allowed, "examples": going[:10]},
        )


def _questions(view: View, verdicts: Sequence[_Verdict], policy: Policy, now: datetime) -> list[Propose]:
    """Ask about the best supported of those that have faded, a few at a time, and about each once per evidence."""
    asked = {c.id for c in view.candidates}
    waiting = sum(c.kind == "confirm" and c.status == "open" for c in view.candidates)
    doubtful = [v for v in verdicts if v.disposition.outcome in ("faded", "kept") and _believed(v) < policy.confirm_below]
    best = sorted(doubtful, key=lambda v: (-len(v.insight.evidence), -_believed(v), v.insight.id))
    fresh = [v for v in best if _question_id(v.insight) not in asked]
    return [_question(v, now) for v in fresh[: max(0, policy.most_questions - waiting)]]


def _question(verdict: _Verdict, now: datetime) -> Propose:
    why = Reason("fading", f"believed {_believed(verdict):.2f} only; is it still so?", {"confidence": _believed(verdict)})
    insight = verdict.insight
    return Propose(Candidate(_question_id(insight), "confirm", (insight.id,), why, round(1 - _believed(verdict), 4), now))


def _question_id(insight: Insight) -> str:
    return same_id("confirm", insight.id, str(len(insight.evidence)))


def _believed(verdict: _Verdict) -> float:
    return next((c.after for c in verdict.changes if isinstance(c, Believe)), verdict.insight.confidence)
