"""Build views for jobs without a database: a list of insights is enough."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from compoundry.encoders.hashed import Hashed
from compoundry.job import Advise, Archive, Believe, Merge, Notice, Plan, Propose, Reinforce, Restore, Supersede, View, Withdraw
from compoundry.model import Entity, Evidence, Insight
from compoundry.store.insights import entity_id

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def insight(n: int, content: str, *about: str, day: float = 0, **more: Any) -> Insight:
    """Make the insight number n, observed some days after the start."""
    at = START + timedelta(days=day)
    confidence, source = more.pop("confidence", 0.7), more.pop("source", "agent")
    evidence = more.pop("evidence", (Evidence(f"e{n:04}", "observed", at, source, confidence, content),))
    entities = tuple(Entity(entity_id(name), name, "person") for name in about)
    return Insight(f"i{n:04}", content, more.pop("type", "fact"), entities, confidence, at, at, evidence, source=source, **more)


def view(insights: Sequence[Insight], **more: Any) -> View:
    """Show insights to a job, encoded by their words."""
    return View(1, tuple(insights), Hashed().encode([i.content for i in insights]), "hashed", **more)


def shuffled(given: View, seed: int) -> View:
    """Show the same workspace with its rows in another order."""
    order = list(range(len(given.insights)))
    random.Random(seed).shuffle(order)
    insights = tuple(given.insights[n] for n in order)
    return replace(given, insights=insights, vectors=given.vectors[order])


def applied(given: View, plan: Plan) -> View:
    """Return the view after a plan, as the store would show it next."""
    insights, candidates = {i.id: i for i in given.insights}, {c.id: c for c in given.candidates}
    patterns, rules = {p.id: p for p in given.patterns}, {r.id: r for r in given.rules}
    for change in plan.changes:
        match change:
            case Merge():
                gone, stays = insights.pop(change.insight), insights[change.into]
                insights[stays.id] = replace(stays, evidence=tuple(sorted((*stays.evidence, *gone.evidence), key=lambda e: (e.at, e.id))))
            case Supersede() | Archive():
                insights.pop(change.insight)
            case Reinforce():
                insights[change.insight] = replace(insights[change.insight], evidence=(*insights[change.insight].evidence, change.evidence))
            case Believe():
                insights[change.insight] = replace(insights[change.insight], confidence=change.after)
            case Propose():
                candidates[change.candidate.id] = change.candidate
            case Withdraw():
                candidates[change.candidate.id] = replace(change.candidate, status="withdrawn")
            case Notice():
                patterns[change.pattern.id] = change.pattern
            case Advise():
                rules[change.rule.id] = change.rule
            case Restore() | _:
                pass
    found = view(
        tuple(insights.values()), candidates=tuple(candidates.values()), patterns=tuple(patterns.values()), rules=tuple(rules.values())
    )
    return replace(found, snapshots=given.snapshots, others=given.others)


_NAMES = ("Dana Reyes", "Tom Becker", "Northwind Freight", "Lakeside Dental", "Priya Nair")
_SAYINGS = (
    "{} prefers email over phone calls.", "{} prefers e-mail over phone calls", "{} prefers phone calls over email.",
    "{} has 200 employees.", "{} has 250 employees.", "{} doesn't use the export.", "{} uses the export.",
    "{} complains that exports are slow.", "{} says that exports are too slow.", "{} moved the Friday meeting.",
    "{} signed the annual plan.", "{} got an extended trial.", "When {} calls, check the usage report first.", "{} lives in Madrid.",
    "{} lives in Lisbon now.", "Ünïcödé 日本語 about {} ☕", "{}",
)  # fmt: skip


@st.composite
def workspaces(draw: st.DrawFn, most: int = 30) -> list[Insight]:
    """Draw a small workspace in which things repeat, clash and grow old."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from(_SAYINGS),
                st.sampled_from(_NAMES),
                st.integers(0, 300),
                st.sampled_from([0.05, 0.4, 0.7, 0.95]),
                st.booleans(),
            ),
            max_size=most,
        )
    )
    return [
        insight(n, saying.format(name), *([name] if scoped else []), day=day, confidence=confidence, source=f"agent-{n % 3}")
        for n, (saying, name, day, confidence, scoped) in enumerate(drawn)
    ]
