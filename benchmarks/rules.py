"""Measure the rules that synthesis makes from lessons that people and agents wrote: repeats among them, and what their evidence lacks."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compoundry.encoders import encoder
from compoundry.job import Advise, View
from compoundry.jobs import playbook_synthesis
from compoundry.jobs.playbook_synthesis import Policy
from compoundry.model import Evidence, Insight, Rule
from compoundry.text.agreement import relation, spoken
from compoundry.text.lexicon import SMALL
from compoundry.text.polishing import unsupported
from compoundry.text.words import cut, lemma

SETS = ("reme_lessons", "cursor_rules", "k8s_runbooks")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
UNBOUND = 1_000_000
SAME_WORDS, SAME_MEANING = 0.8, 0.95
Floats = NDArray[np.float32]


def lessons(name: str, rows: Sequence[dict[str, Any]]) -> list[Insight]:
    """Write each row of a set as one insight, in its own words."""
    told = [words for row in rows if (words := _told(name, row))]
    return [_insight(f"{name}-{n:05}", words, NOW - timedelta(hours=n)) for n, words in enumerate(told)]


def _told(name: str, row: dict[str, Any]) -> str:
    match name:
        case "reme_lessons":
            return f"{row['when'].rstrip(' .')}, {row['rule']}"
        case "k8s_runbooks" if not row.get("meaning") or not row.get("mitigation"):
            return ""
        case "k8s_runbooks":
            done = row["mitigation"].split(". ")[0].strip()
            return f"When {row['meaning'].rstrip(' .')[:180].replace(',', ' and')}, {done[:1].lower()}{done[1:]}"
        case _:
            return str(row["rule"])


def _insight(id: str, words: str, at: datetime) -> Insight:
    return Insight(id, words, "rule", (), 0.7, at, at, (Evidence(f"e-{id}", "observed", at, id),), source="file")


def measured(name: str, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Make rules without a budget, so that every repeat would show."""
    told = lessons(name, rows)
    vectors = encoder("minilm").encode([i.content for i in told])
    plan = playbook_synthesis.plan(View(1, tuple(told), vectors, model="minilm"), Policy(budget=UNBOUND), NOW)
    rules = [c.rule for c in plan.changes if isinstance(c, Advise)]
    content = {i.id: i.content for i in told}
    borne = sum(not unsupported(" ".join((r.when, r.do, r.unless)), [content[id] for id in r.evidence]) for r in rules)
    twice, apart = repeats(rules)
    return [
        f"rules from {name} ({len(told):,} notes)",
        f"{twice / max(1, len(rules)):.3f} are near-duplicates, {borne / max(1, len(rules)):.3f} stand in their evidence word for word",
        f"{len(rules)} rules; {apart} more are near another, and a guard tells them apart",
        "≤ .01, 1",
    ]


def repeats(rules: Sequence[Rule]) -> tuple[int, int]:
    """Count the rules that an earlier one says almost in the same words (Jaccard) or with the same meaning (cosine).

    Those that a guard of consolidation tells apart (client from server, list from watch) are counted by themselves.
    """
    said = [spoken(rule) for rule in rules]
    meaning: Floats = encoder("minilm").encode(said)
    words = [frozenset(lemma(w).casefold() for w in cut(one) if w[0].isalnum() and w.casefold() not in SMALL) for one in said]
    near = [[m for m in range(n) if _alike(words[n], words[m]) or meaning[n] @ meaning[m] >= SAME_MEANING] for n in range(len(said))]
    twice = sum(any(relation(said[m], said[n]) not in ("apart", "contradiction", "update") for m in mine) for n, mine in enumerate(near))
    return twice, sum(map(bool, near)) - twice


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= SAME_WORDS * max(1, len(one | other))
