"""Find what recurs across insights, and say it with its evidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from compoundry.job import Disposition, Notice, Plan, View, same_id
from compoundry.model import Fact, Insight, Pattern, Reason, Trend
from compoundry.text.mining import courses, habits, themes
from compoundry.text.mining.chance import believable
from compoundry.text.mining.findings import Corpus, Finding
from compoundry.text.mining.lexical import lexical_vectors
from compoundry.text.mining.manners import mutual, says_something
from compoundry.text.mining.subjects import without_subject
from compoundry.text.telling import Usage, told

ORDER = 20
SETTLE_S = 0.3
VECTORS = True

_KINDS = ("theme", "habit", "sequence", "co_occurrence", "period")
_SAME_EVIDENCE = 0.5


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold the settings of detection.

    A pattern needs `min_support` entities or days; of all patterns of a kind at most a share `q` may
    be chance; sentences of one topic have a mean cosine of `near`; a sequence happens `within_days`.
    """

    min_support: int = 3
    q: float = 0.05
    near: float = themes.NEAR
    within_days: int = 14
    most_topics_for_courses: int = 200


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Find patterns of all five kinds; those known already are updated, not found again."""
    everything = sorted(view.insights, key=lambda i: i.id)
    insights = _telling([i for i in everything if i.evidence])  # nothing rests on retracted sources
    who = [i.entities[0].id if i.entities else i.id for i in insights]
    corpus = Corpus(insights, without_subject(_vectors(view, insights), who))
    view.tick(0, 3)
    found = _believed(list(_listening(view, _findings(corpus, policy))), policy)
    view.tick(2, 3)
    changes = _compared(corpus, found, view.patterns, policy)
    cited = {id for p in (c.pattern for c in changes) if p.status != "retired" for id in p.evidence}
    outcomes = tuple(Disposition(i.id, i.version, "cited" if i.id in cited else "kept") for i in everything)
    return Plan(outcomes, tuple(changes))


def _telling(insights: Sequence[Insight]) -> tuple[Insight, ...]:
    """Leave out what is only manners."""
    something = [i for i in insights if says_something(i.content)]
    return tuple(i for i, manners in zip(something, mutual(something), strict=True) if not manners)


def _listening(view: View, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Hear between two findings whether the run should go on."""
    for finding in findings:
        view.tick(1, 3)
        yield finding


def _vectors(view: View, insights: Sequence[Insight]) -> NDArray[np.float32]:
    if view.vectors.shape[1] == 0 or not view.vectors.any(axis=1).all():
        return lexical_vectors([i.content for i in insights])
    place = {insight.id: n for n, insight in enumerate(view.insights)}
    return view.vectors[[place[i.id] for i in insights]]


def _findings(corpus: Corpus, policy: Policy) -> Iterator[Finding]:
    if len(corpus.insights) < policy.min_support:
        return
    topics = themes.topics(corpus, near=policy.near)
    yield from themes.themes(corpus, topics, at_least=policy.min_support)
    yield from habits.habits(corpus, at_least=policy.min_support)
    largest = sorted(topics, key=lambda rows: (-len(rows), rows))[: policy.most_topics_for_courses]
    yield from courses.sequences(corpus, largest, within=timedelta(days=policy.within_days), at_least=policy.min_support)
    yield from courses.together(corpus, largest, at_least=policy.min_support)
    yield from courses.periods(corpus, largest, at_least=policy.min_support)


def _believed(found: Sequence[Finding], policy: Policy) -> list[Finding]:
    """Keep, kind by kind, what is not chance."""
    kept = []
    for kind in _KINDS:
        mine = [f for f in found if f.kind == kind]
        kept += [f for f, stays in zip(mine, believable([f.p_value for f in mine], policy.q), strict=True) if stays]
    followed = {frozenset((*f.rows, *f.then)) for f in kept if f.kind == "sequence"}
    return [f for f in kept if f.kind != "co_occurrence" or frozenset((*f.rows, *f.then)) not in followed]


def _compared(corpus: Corpus, found: Sequence[Finding], known: Sequence[Pattern], policy: Policy) -> list[Notice]:
    """Recognise what is known already by its evidence; retire what has lost it."""
    changes, recognised, usual = [], set[str](), Usage.of(corpus)
    for finding in sorted(found, key=lambda f: (f.kind, -f.support, f.rows)):
        fresh = _pattern(corpus, finding, usual)
        if finding.kind == "habit" and not (fresh.reason.facts["topic"] or fresh.reason.facts["sure"]):
            continue  # near each other, and no word that they share: nothing can be said of it that a person could check
        before = _recognised(fresh, [p for p in known if p.id not in recognised])
        recognised.add(before.id if before else fresh.id)
        if before is None:
            changes.append(Notice(fresh, None, fresh.reason))
        elif before.status in ("candidate", "accepted"):
            updated = replace(
                fresh, id=before.id, status=before.status, label=_label(before, fresh), named_by=before.named_by, version=before.version
            )
            if updated != before:
                changes.append(Notice(updated, before, fresh.reason))
    return changes + list(_retired(corpus, [p for p in known if p.id not in recognised], policy))


def _recognised(fresh: Pattern, known: Sequence[Pattern]) -> Pattern | None:
    """Find the known pattern of this kind that shares the most evidence, at least half of it."""
    shared = [(_overlap(fresh, old), old.id, old) for old in known if old.kind == fresh.kind]
    best = max(shared, default=None, key=lambda triple: triple[:2])
    return best[2] if best and best[0] >= _SAME_EVIDENCE else None


def _overlap(one: Pattern, other: Pattern) -> float:
    a, b = set(one.evidence), set(other.evidence)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _label(before: Pattern, fresh: Pattern) -> str:
    """Keep the words that a person has accepted or given."""
    return before.label if before.status == "accepted" or before.named_by else fresh.label


def _retired(corpus: Corpus, known: Sequence[Pattern], policy: Policy) -> Iterator[Notice]:
    alive = {i.id for i in corpus.insights}
    for pattern in known:
        left = sum(id in alive for id in pattern.evidence)
        if pattern.status in ("candidate", "accepted") and left < policy.min_support:
            why = Reason("evidence_gone", f"only {left} of its {len(pattern.evidence)} insights are still active", {"left": left})
            yield Notice(replace(pattern, status="retired", reason=why), pattern, why)


def _pattern(corpus: Corpus, finding: Finding, usual: Usage) -> Pattern:
    rows = sorted({*finding.rows, *finding.then})
    evidence = tuple(corpus.insights[n].id for n in rows)
    seen = sorted(day for n in rows for day in [corpus.at(n), *(e.at for e in corpus.insights[n].evidence)])
    label, facts, typical = told(corpus, finding, usual)
    entities = tuple(sorted({e.id for n in rows for e in corpus.insights[n].entities}))
    p_value = float(f"{finding.p_value:.3g}")
    counted: dict[str, Fact] = {"support": finding.support, "out_of": finding.out_of, "p_value": p_value}
    said = f"{_counted(finding)}; chance would give as many with probability {finding.p_value:.2g}"
    return Pattern(
        id=same_id("pattern", finding.kind, *evidence),
        kind=finding.kind,
        label=label,
        support=finding.support,
        evidence=evidence,
        typical=tuple(i.id for i in typical),
        entities=entities,
        effect=round(finding.effect, 4),
        interval=(round(finding.interval[0], 4), round(finding.interval[1], 4)),
        p_value=p_value,
        first_seen=seen[0],
        last_seen=seen[-1],
        trend=_trend([at.timestamp() for at in seen]),
        reason=Reason(finding.kind, said, {**counted, **facts}),
    )


def _counted(finding: Finding) -> str:
    """Say what the support of a kind counts."""
    match finding.kind:
        case "theme":
            return f"{finding.support} of {finding.out_of} that anything is known of"
        case "habit":
            return f"on {finding.support} of the {finding.out_of} days on which anything is known"
        case "period":
            return f"on {finding.support} of its {finding.out_of} days"
        case "sequence":
            return f"{finding.support} of {finding.out_of} that had the first"
        case "co_occurrence":
            return f"{finding.support} of {finding.out_of} that had either"


def _trend(seen: Sequence[float]) -> Trend:
    """Compare the second half of the time with the first."""
    middle = (seen[0] + seen[-1]) / 2
    late = sum(at > middle for at in seen)
    early = len(seen) - late
    return "rising" if late > 1.5 * early else "fading" if early > 1.5 * late else "steady"
