"""Find what recurs across insights, and say it with its evidence."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from compoundry.counting import counted
from compoundry.errors import Invalid
from compoundry.job import Disposition, Notice, Plan, View, same_id
from compoundry.model import Fact, Insight, Pattern, Reason, Trend
from compoundry.text.losing import evidence_gone
from compoundry.text.mining import courses, habits, themes
from compoundry.text.mining.chance import believable
from compoundry.text.mining.findings import Corpus, Finding
from compoundry.text.mining.known import free_id, recognised, still_told
from compoundry.text.mining.lexical import lexical_vectors
from compoundry.text.mining.manners import mutual, says_something
from compoundry.text.mining.sources import heard, subject
from compoundry.text.mining.subjects import without_subject
from compoundry.text.telling import Usage, told

ORDER = 20
SETTLE_S = 0.3
VECTORS = True

_KINDS = ("theme", "habit", "sequence", "co_occurrence", "period")
_SILENCE = timedelta(days=90)  # the least time after which silence counts


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

    def __post_init__(self) -> None:
        for name, least, most in (("min_support", 2, 10**6), ("q", 0.0, 1.0), ("near", 0.0, 1.0), ("within_days", 1, 3_650)):
            if not least <= getattr(self, name) <= most:
                raise Invalid(f"pattern_detection: {name} must be from {least:g} to {most:,}, not {getattr(self, name):g}")


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Find patterns of all five kinds; those known already are updated, not found again."""
    everything = sorted(view.insights, key=lambda i: i.id)
    insights = _telling([i for i in everything if i.evidence])  # nothing rests on retracted sources
    corpus = Corpus(insights, without_subject(_vectors(view, insights), [subject(i) for i in insights]))
    view.tick(0, 3)
    found = _believed(list(_listening(view, _findings(corpus, policy))), policy)
    view.tick(2, 3)
    changes = _compared(corpus, found, view, policy, _newest(insights, now))
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
    largest = [corpus.independent(rows) for rows in sorted(topics, key=lambda rows: (-len(rows), rows))[: policy.most_topics_for_courses]]
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


def _compared(corpus: Corpus, found: Sequence[Finding], view: View, policy: Policy, newest: datetime) -> list[Notice]:
    """Recognise what is known already by its evidence; what isn't found again weakens, and is retired once it is gone or long silent."""
    agreed = {c.id for c in view.candidates if c.kind == "pattern" and c.status == "accepted"}
    known, changes, met, usual = view.patterns, list[Notice](), set[str](), Usage.of(corpus)
    taken = {p.id for p in known}
    for finding in sorted(found, key=lambda f: (f.kind, -f.support, f.rows)):
        fresh = _pattern(corpus, finding, usual, newest)
        if finding.kind == "habit" and not (fresh.reason.facts["topic"] or fresh.reason.facts["sure"]):
            continue  # near each other, and no word that they share: nothing can be said of it that a person could check
        then = {corpus.insights[n].id for n in finding.then}
        before = recognised(fresh, then, [p for p in known if p.id not in met])
        fresh = replace(fresh, id=before.id if before else free_id(fresh, taken))
        taken.add(fresh.id)
        met.add(fresh.id)
        if before is None:
            changes.append(Notice(fresh, None, fresh.reason))
        elif before.status != "rejected":
            back = before.status == "retired"
            status = ("accepted" if before.id in agreed else "candidate") if back else before.status
            label = _label(before, fresh)
            updated = replace(fresh, status=status, label=label, named_by=before.named_by, version=before.version)
            if updated != before:
                changes.append(Notice(updated, before, Reason("back", f"it is back: {fresh.reason.text}") if back else fresh.reason))
    missed = [p for p in known if p.id not in met and p.status in ("candidate", "accepted")]
    return changes + [notice for pattern in missed if (notice := _missed(pattern, view, newest, policy))]


def _label(before: Pattern, fresh: Pattern) -> str:
    """Keep the words that a person has accepted or given."""
    return before.label if before.status == "accepted" or before.named_by else fresh.label


def _missed(pattern: Pattern, view: View, newest: datetime, policy: Policy) -> Notice | None:
    """Bring a pattern up to date that doesn't stand out from chance any more: one dip retires nothing, only loss or long silence does."""
    standing = {i.id: i for i in view.insights if i.evidence}
    left = [standing[id] for id in pattern.evidence if id in standing]
    if len(left) < policy.min_support:
        retracted = {i.id: "retracted" for i in view.insights if not i.evidence}
        why = still_told(pattern, evidence_gone(pattern.evidence, {**view.fates, **retracted}, {i.id for i in left}))
        return Notice(replace(pattern, status="retired", reason=why), pattern, why)
    seen = _seen(left)
    quiet = newest - seen[-1]
    if pattern.status == "candidate" and quiet > max(seen[-1] - seen[0], _SILENCE):
        said = f"nothing of it has been seen for {quiet.days} days, longer than it ever lasted, and it no longer stands out from chance"
        why = still_told(pattern, Reason("faded", said, {"quiet_days": quiet.days}))
        return Notice(replace(pattern, status="retired", trend="fading", reason=why), pattern, why)
    support = min(pattern.support, _independent(pattern, left))
    weaker = replace(pattern, support=support, trend=_trend(seen, newest), first_seen=seen[0], last_seen=seen[-1])
    if weaker == pattern:
        return None
    why = Reason(
        "not_found", f"it no longer stands out from chance; {counted(len(left), 'insight')} of it still stand", {"left": len(left)}
    )
    return Notice(weaker, pattern, why)


def _independent(pattern: Pattern, left: Sequence[Insight]) -> int:
    """Count what is independent in the evidence that is left: days of one, or whom it is about, each with a source of its own."""
    if pattern.kind in ("habit", "period"):
        return len({at.date() for at in _seen(left)})
    return len(heard(left))


def _newest(insights: Sequence[Insight], now: datetime) -> datetime:
    """Return when the workspace was told last: a trend is held against that, so that nothing fades because nobody told anything."""
    told = max((max(i.observed_at, i.evidence[-1].at) for i in insights), default=now)
    return min(told, now)


def _seen(insights: Iterable[Insight]) -> list[datetime]:
    """Return when these were observed, by any evidence, oldest first."""
    return sorted(at for i in insights for at in [i.observed_at, *(e.at for e in i.evidence)])


def _pattern(corpus: Corpus, finding: Finding, usual: Usage, newest: datetime) -> Pattern:
    rows = sorted({*finding.rows, *finding.then})
    evidence = tuple(corpus.insights[n].id for n in rows)
    seen = _seen(corpus.insights[n] for n in rows)
    label, facts, typical = told(corpus, finding, usual)
    entities = tuple(sorted({e.id for n in rows for e in corpus.insights[n].entities}))
    p_value = float(f"{finding.p_value:.3g}")
    numbers: dict[str, Fact] = {"support": finding.support, "out_of": finding.out_of, "p_value": p_value}
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
        trend=_trend(seen, newest),
        reason=Reason(finding.kind, said, {**numbers, **facts}),
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


def _trend(seen: Sequence[datetime], newest: datetime) -> Trend:
    """Compare the second half of the time, from the first of it to the newest in the workspace, with the first half."""
    middle = seen[0] + (max(newest, seen[-1]) - seen[0]) / 2
    late = sum(at > middle for at in seen)
    early = len(seen) - late
    return "rising" if late > 1.5 * early else "fading" if early > 1.5 * late else "steady"
