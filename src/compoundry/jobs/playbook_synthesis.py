"""Turn patterns and lessons into rules: when, do or expect, unless, because."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from compoundry.job import Advise, Disposition, Plan, View, same_id
from compoundry.model import Insight, Pattern, Reason, Rule
from compoundry.text import wording
from compoundry.text.counting import wilson
from compoundry.text.lessons import lesson
from compoundry.text.mining.lexical import lexical_vectors

ORDER = 30
SETTLE_S = 0.3
VECTORS = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold the settings of synthesis.

    A playbook holds at most `budget` rules that are candidates or active; two rules whose words have at
    least the cosine `same_words` are one; a rule below `least_confidence` isn't made.
    """

    budget: int = 40
    same_words: float = 0.9
    least_confidence: float = 0.3


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Make rules from what stands, update those that are known, retire those whose evidence is gone."""
    insights = {i.id: i for i in sorted(view.insights, key=lambda i: i.id)}
    drafts = [*_from_patterns(view.patterns, insights, now), *_from_lessons(insights.values(), now)]
    worth = [d for d in drafts if d.confidence >= policy.least_confidence]
    chosen = _distinct(_best(worth, view.rules), policy)[: policy.budget]
    known = {rule.id: rule for rule in view.rules}
    changes = [change for draft in chosen for change in _advised(draft, known.get(draft.id))]
    changes += _retired(known.values(), {d.id for d in chosen}, {d.id for d in drafts})
    cited = {id for draft in chosen for id in draft.evidence}
    told = tuple(Disposition(i.id, i.version, "cited" if i.id in cited else "kept") for i in insights.values())
    return Plan(told, tuple(changes))


def _from_patterns(patterns: Sequence[Pattern], insights: Mapping[str, Insight], now: datetime) -> Iterator[Rule]:
    for pattern in sorted(patterns, key=lambda p: p.id):
        evidence = [insights[id] for id in pattern.evidence if id in insights]
        typical = [insights[id] for id in pattern.typical if id in insights] or evidence
        if pattern.status in ("candidate", "accepted") and evidence:
            when, do = _parts(pattern, typical[0], evidence)
            because = f"{pattern.reason.text.split(';')[0]}, last on {pattern.last_seen:%Y-%m-%d}"
            yield Rule(
                id=same_id("rule", pattern.id),
                when=when,
                do=do,
                because=because,
                evidence=tuple(i.id for i in evidence),
                confidence=_confidence(pattern, evidence),
                source="pattern",
                created_at=now,
                reason=Reason("from_pattern", f"the pattern “{pattern.label}”", {"pattern": pattern.id, "support": pattern.support}),
                pattern_id=pattern.id,
            )


def _parts(pattern: Pattern, typical: Insight, evidence: Sequence[Insight]) -> tuple[str, str]:
    """Say when a pattern matters, and what to expect then."""
    match pattern.kind:
        case "theme":
            return f"you talk with or plan for one of the {wording.nouns(evidence)}", f"Expect this to come up: {pattern.label}"
        case "habit":
            name = typical.entities[0].name if typical.entities else "this"
            return f"you work with {name}", f"Expect: {pattern.label}"
        case "sequence":
            return "the first of the two has happened", f"Expect the second: {pattern.label}"
        case "co_occurrence":
            return "you see one of the two", f"Look for the other: {pattern.label}"
        case "period":
            return "that time comes", f"Expect: {pattern.label}"
        case _:
            assert_never(pattern.kind)


def _confidence(pattern: Pattern, evidence: Sequence[Insight]) -> float:
    """Believe a rule as far as its evidence on average, and less the fewer sources it has (lower Wilson bound)."""
    mean = sum(i.confidence for i in evidence) / len(evidence)
    return round(mean * wilson(pattern.support, pattern.support)[0], 4)


def _from_lessons(insights: Iterable[Insight], now: datetime) -> Iterator[Rule]:
    for insight in insights:
        if found := lesson(insight.content):
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
                created_at=now,
                reason=Reason("from_lesson", f"the lesson “{insight.content}”", {"insight": insight.id, "sources": sources}),
            )


def _best(drafts: Sequence[Rule], known: Sequence[Rule]) -> list[Rule]:
    """Order by expected value: confidence moved by outcomes; what people decided to follow comes first."""
    by_id = {rule.id: rule for rule in known}
    return sorted(drafts, key=lambda d: (not _decided(by_id.get(d.id)), -_value(d, by_id.get(d.id)), d.id))


def _decided(rule: Rule | None) -> bool:
    return rule is not None and rule.status == "active"


def _value(draft: Rule, known: Rule | None) -> float:
    helped, harmed = (known.helped, known.harmed) if known else (0, 0)
    return (2 * draft.confidence + helped) / (2 + helped + harmed)


def _distinct(drafts: Sequence[Rule], policy: Policy) -> list[Rule]:
    """Leave out rules that say what a better one says already."""
    vectors = lexical_vectors([f"{d.when} {d.do} {d.unless}" for d in drafts])
    kept: list[int] = []
    for n in range(len(drafts)):
        if not kept or float((vectors[kept] @ vectors[n]).max()) < policy.same_words:
            kept.append(n)
    return [drafts[n] for n in kept]


def _advised(draft: Rule, before: Rule | None) -> Iterator[Advise]:
    if before is None:
        yield Advise(draft, None, draft.reason)
    elif before.status in ("candidate", "active"):
        kept = replace(
            draft, status=before.status, created_at=before.created_at, helped=before.helped, harmed=before.harmed, version=before.version
        )
        if kept != before:
            yield Advise(kept, before, draft.reason)
    elif before.status == "retired":
        again = replace(
            draft, status="candidate", created_at=before.created_at, helped=before.helped, harmed=before.harmed, version=before.version
        )
        yield Advise(again, before, Reason("back", "its evidence is back"))


def _retired(known: Iterable[Rule], chosen: set[str], possible: set[str]) -> Iterator[Advise]:
    for rule in sorted(known, key=lambda r: r.id):
        if rule.status in ("candidate", "active") and rule.id not in chosen and rule.source != "imported":
            gone = rule.id not in possible
            why = (
                Reason("evidence_gone", "its evidence no longer stands") if gone else Reason("outranked", "better rules fill the playbook")
            )
            yield Advise(replace(rule, status="retired", reason=why), rule, why)
