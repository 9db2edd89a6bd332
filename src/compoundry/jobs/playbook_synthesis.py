"""Turn patterns and lessons into rules: when, do or expect, unless, because."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from compoundry.counting import counted
from compoundry.errors import Invalid
from compoundry.job import Advise, Disposition, Plan, View, same_id
from compoundry.model import Insight, Pattern, Reason, Rule
from compoundry.text import wording
from compoundry.text.agreement import agreement, spoken
from compoundry.text.counting import wilson
from compoundry.text.lessons import lesson
from compoundry.text.losing import evidence_gone
from compoundry.text.outcomes import PRIOR, PROBATION, posterior

ORDER = 30
SETTLE_S = 0.3
VECTORS = True

NO_ORDER = "it is no rule: it doesn't begin with what to do, or with when to do it"
STAY = 0.75
"""The share of the least confidence that keeps a rule: without a margin, evidence that fades a little makes rules come and go."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold the settings of synthesis.

    A playbook holds at most `budget` rules that are candidates or active, imported ones included. Two rules are one when
    the cosine of their words is at least `same_words`, or that of their meaning `same_meaning`, and no guard tells them
    apart. A rule below `least_confidence` isn't made, and one that falls well below that is retired. With three outcomes or
    more (its probation), a rule whose probability of doing more good than harm is below `least_help` is retired. `hold_out`
    is the share of exports that go without a rule, so that its lift can be measured; 0 withholds nothing. All but the budget
    are shares, from 0 to 1; raises Invalid for others, and for a budget below 1.
    """

    budget: int = 40
    same_words: float = 0.9
    same_meaning: float = 0.92
    least_confidence: float = 0.4
    least_help: float = 0.1
    hold_out: float = 0.0

    def __post_init__(self) -> None:
        shares = ("same_words", "same_meaning", "least_confidence", "least_help", "hold_out")
        for name, least, most in (("budget", 1, 1_000_000), *((share, 0, 1) for share in shares)):
            if not least <= getattr(self, name) <= most:
                raise Invalid(f"playbook_synthesis: {name} must be from {least} to {most:,}, not {getattr(self, name):g}")


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Make rules from what stands, update those that are known, retire those whose evidence is gone or that do harm."""
    everything = sorted(view.insights, key=lambda i: i.id)
    insights = {i.id: _as_heard(i) for i in everything if i.evidence}  # nothing rests on sources that are retracted or not trusted
    known = {rule.id: rule for rule in view.rules}
    agreed = {c.id for c in view.candidates if c.kind == "rule" and c.status == "accepted"}
    imported = [r for r in view.rules if r.source == "imported" and _stands(r) and not _harms(r, policy)]
    drafts = _renamed([*_from_patterns(view.patterns, insights), *_from_lessons(insights.values())], view.rules, policy)
    worth = [d for d in drafts if d.confidence >= _least(known.get(d.id), policy) and not _harms(known.get(d.id), policy)]
    ranked = sorted([*imported, *worth], key=lambda r: _rank(r, known.get(r.id), agreed))
    chosen, outranked = _chosen(ranked, known, _meanings(view), policy)
    changes = [change for draft in chosen for change in _advised(draft, known.get(draft.id), followed=draft.id in agreed)]
    changes += _retired(view, {d.id for d in chosen}, {d.id: d.confidence for d in drafts}, outranked, policy)
    cited = {id for draft in chosen for id in draft.evidence}
    told = tuple(Disposition(i.id, i.version, "cited") if i.id in cited else _left_out(i) for i in everything)
    return Plan(told, tuple(changes))


def _stands(imported: Rule) -> bool:
    """Tell whether an imported rule can be in the playbook; one that was outranked can come back, since nothing else makes it anew."""
    return imported.status in ("active", "candidate") or (imported.status == "retired" and imported.reason.code == "outranked")


def _left_out(insight: Insight) -> Disposition:
    """Say why what somebody calls a lesson is no rule, as far as its words are the reason."""
    no_order = insight.type == "lesson" and lesson(insight.content, told=True) is None
    return Disposition(insight.id, insight.version, "kept", NO_ORDER if no_order else "")


def _as_heard(insight: Insight) -> Insight:
    """Believe an insight no more than what speaks for it allows, as far as its sources are trusted now: the sweep may not have run."""
    doubt = math.prod(1 - e.weight for e in insight.evidence if e.kind not in ("contradicted", "retrieved"))
    return replace(insight, confidence=min(insight.confidence, 1 - doubt))


def _from_patterns(patterns: Sequence[Pattern], insights: Mapping[str, Insight]) -> Iterator[Rule]:
    for pattern in sorted(patterns, key=lambda p: p.id):
        evidence = [insights[id] for id in pattern.evidence if id in insights]
        typical = [insights[id] for id in pattern.typical if id in insights] or evidence
        if pattern.status in ("candidate", "accepted") and evidence:
            when, do = wording.expected(pattern.reason.facts, pattern.kind, typical[0])
            because = f"{pattern.label}; last on {pattern.last_seen:%Y-%m-%d}"
            yield Rule(
                id=same_id("rule", pattern.id),
                when=when,
                do=do,
                because=because,
                evidence=tuple(i.id for i in evidence),
                confidence=_confidence(pattern, evidence),
                source="pattern",
                created_at=max(i.observed_at for i in evidence),
                reason=Reason("from_pattern", f"the pattern “{pattern.label}”", {"pattern": pattern.id, "support": pattern.support}),
                pattern_id=pattern.id,
            )


def _confidence(pattern: Pattern, evidence: Sequence[Insight]) -> float:
    """Believe a rule as far as its evidence on average, and less the fewer sources it has (lower Wilson bound)."""
    mean = sum(i.confidence for i in evidence) / len(evidence)
    return round(mean * wilson(pattern.support, pattern.support)[0], 4)


def _from_lessons(insights: Iterable[Insight]) -> Iterator[Rule]:
    for insight in insights:
        if found := lesson(insight.content, told=insight.type == "lesson"):
            sources = len({e.source for e in insight.evidence}) or 1
            yield Rule(
                id=same_id("rule", insight.id),
                when=found.when,
                do=found.do[0].upper() + found.do[1:],
                unless=found.unless,
                because=f"{insight.source or 'somebody'} noted it on {insight.observed_at:%Y-%m-%d}",
                evidence=(insight.id,),
                confidence=round(insight.confidence, 4),
                source="lesson",
                created_at=insight.observed_at,
                reason=Reason("from_lesson", f"the lesson “{insight.content}”", {"insight": insight.id, "sources": sources}),
            )


def _renamed(drafts: Sequence[Rule], known: Sequence[Rule], policy: Policy) -> list[Rule]:
    """Recognise a rule by its words when the insight or the pattern behind it is another one now, as after a merge."""
    here = {d.id for d in drafts}
    gone = (r for r in known if r.id not in here and r.status != "retired" and r.source != "imported")
    orphans, named = {_words(r): r.id for r in gone}, {r.id for r in known}
    return [d if d.id in named else replace(d, id=orphans.get(_words(d), d.id)) for d in drafts]


def _words(rule: Rule) -> tuple[str, str]:
    """Return what makes a rule the same one: its parts, spelling aside; one from a pattern by what it tells to do."""
    told = f"{rule.do} {rule.unless}" if rule.source == "pattern" else f"{rule.when} {rule.do} {rule.unless}"
    return rule.source, " ".join("".join(c if c.isalnum() else " " for c in told.casefold()).split())


def _rank(rule: Rule, known: Rule | None, agreed: Set[str]) -> tuple[bool, float, bool, int, str]:
    """Order by expected value, what is followed first; of equal value, what people accepted comes before what was only imported."""
    only_imported = rule.source == "imported" and rule.id not in agreed
    line = rule.reason.facts.get("line", 0) if only_imported else 0
    return not _followed(known), -_value(rule, known), only_imported, int(line) if isinstance(line, int) else 0, rule.id


def _followed(rule: Rule | None) -> bool:
    return rule is not None and rule.status == "active"


def _value(draft: Rule, known: Rule | None) -> float:
    helped, harmed = (known.helped, known.harmed) if known else (0, 0)
    return (PRIOR * draft.confidence + helped) / (PRIOR + helped + harmed)


def _least(known: Rule | None, policy: Policy) -> float:
    """Return the confidence that a rule needs; one that is there may lose some of it before it goes."""
    stands = known is not None and known.status in ("candidate", "active")
    return policy.least_confidence * (STAY if stands else 1.0)


def _harms(known: Rule | None, policy: Policy) -> bool:
    """Tell whether a rule has had its chance and does more harm than good."""
    if known is None or known.helped + known.harmed < PROBATION:
        return False
    return posterior(known.confidence, known.helped, known.harmed).helps < policy.least_help


def _meanings(view: View) -> Mapping[str, NDArray[np.float32]]:
    return {insight.id: view.vectors[n] for n, insight in enumerate(view.insights)} if view.vectors.shape[1] else {}


def _chosen(
    drafts: Sequence[Rule], known: Mapping[str, Rule], meanings: Mapping[str, NDArray[np.float32]], policy: Policy
) -> tuple[list[Rule], Mapping[str, Reason]]:
    """Leave out rules that say what a better one says already, and name those that contradict each other; say why those left out are."""
    size = len(next(iter(meanings.values()))) if meanings else 0
    rows = [meanings.get(d.evidence[0], np.zeros(size)) if d.source == "lesson" else np.zeros(size) for d in drafts]
    stacked = np.array(rows, dtype=np.float32).reshape(len(drafts), size)
    found = agreement(drafts, stacked, same_words=policy.same_words, same_meaning=policy.same_meaning)
    kept = found.kept[: policy.budget]
    within = set(kept)
    clashes = {n: tuple(sorted(drafts[m].id for m in found.against.get(n, ()) if m in within)) for n in kept}
    filling = [drafts[n] for n in kept]
    outranked = {drafts[n].id: _full(drafts[n], filling, known) for n in found.kept[policy.budget :]}
    outranked |= {drafts[n].id: _repeated(drafts[m]) for n, m in found.same_as.items()}
    return [replace(drafts[n], clashes=clashes[n]) for n in kept], outranked


def _full(rule: Rule, filling: Sequence[Rule], known: Mapping[str, Rule]) -> Reason:
    """Say what fills the playbook in the place of a rule: better ones, and those that are as good or that are followed already."""
    mine, many = _value(rule, known.get(rule.id)), len(filling)
    better = sum(_value(one, known.get(one.id)) > mine for one in filling)
    what = counted(many, "better rule" if better == many else "rule")
    rest = "" if better == many else f": {better} better, {many - better} as good or followed already"
    return Reason("outranked", f"{what} {'fills' if many == 1 else 'fill'} the playbook{rest}", {"budget": many, "better": better})


def _repeated(better: Rule) -> Reason:
    return Reason("outranked", f"a better rule says the same: “{spoken(better)}”", {"rule": better.id})


def _advised(draft: Rule, before: Rule | None, *, followed: bool) -> Iterator[Advise]:
    if before is None:
        yield Advise(draft, None, draft.reason)
        return
    polished = before.polished if (draft.when, draft.do, draft.unless) == (before.when, before.do, before.unless) else ""
    kept = replace(
        draft, created_at=before.created_at, helped=before.helped, harmed=before.harmed, polished=polished, version=before.version
    )
    if before.status in ("candidate", "active"):
        kept = replace(kept, status=before.status)
        if kept != before:
            yield Advise(kept, before, draft.reason)
    elif before.status == "retired":
        why = "its evidence is back" if draft.source != "imported" else "no better rule stands in its place any more"
        back = Reason("back", why)
        yield Advise(replace(kept, status="active" if followed else "candidate", reason=draft.reason), before, back)


def _retired(
    view: View, chosen: Set[str], possible: Mapping[str, float], outranked: Mapping[str, Reason], policy: Policy
) -> Iterator[Advise]:
    for rule in sorted(view.rules, key=lambda r: r.id):
        if rule.status in ("candidate", "active") and rule.id not in chosen:
            why = outranked.get(rule.id) or _why_retired(view, rule, possible.get(rule.id), policy)
            yield Advise(replace(rule, status="retired", reason=why), rule, why)


def _why_retired(view: View, rule: Rule, confidence: float | None, policy: Policy) -> Reason:
    if _harms(rule, policy):
        told = {"helped": rule.helped, "harmed": rule.harmed}
        return Reason("harms", f"{rule.harmed} reported that it harmed, {rule.helped} that it helped", told)
    if confidence is None and rule.source != "imported":
        return _why_without_evidence(view, rule)
    if confidence is not None and confidence < _least(rule, policy):
        faded = {"confidence": round(confidence, 3), "least": round(_least(rule, policy), 3)}
        return Reason("too_unsure", "its evidence has faded: confidence {confidence:.2f}, below {least:.2f}".format(**faded), faded)
    return Reason("outranked", "better rules fill the playbook")


def _why_without_evidence(view: View, rule: Rule) -> Reason:
    """Say what became of what a rule was made from."""
    behind = next((p for p in view.patterns if p.id == rule.pattern_id), None)
    if behind and behind.status == "retired":
        return Reason("evidence_gone", f"the pattern behind it was retired: {behind.reason.text}", {"pattern": behind.id})
    if behind and behind.status == "rejected":
        return Reason("evidence_gone", "the pattern behind it was rejected", {"pattern": behind.id})
    left = {i.id for i in view.insights if i.evidence}.intersection(rule.evidence)
    if left:
        return Reason("evidence_gone", "what it rested on no longer says so", {"left": len(left)})
    retracted = {i.id: "retracted" for i in view.insights if not i.evidence}
    return evidence_gone(rule.evidence, {**view.fates, **retracted}, left)
