"""Measure what consolidation merges and shows, beside the usual measures, on pairs that people have labelled."""

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray
from rapidfuzz.fuzz import token_sort_ratio

from benchmarks.report import publish
from compoundry.encoders import encoder
from compoundry.jobs.consolidation import Policy
from compoundry.text.sentence import read
from compoundry.text.verdict import Told, judge

SETS = ("mrpc", "stsb", "sick", "paws_wiki", "qqp", "breaking_nli", "comve_minimal", "cannot_negation", "checklist_qqp")
DAY = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold two sentences, whether people say that they mean the same, and their cosine."""

    a: str
    b: str
    same: bool
    cosine: float


def pairs(folder: Path, name: str, most: int) -> list[Pair]:
    """Read the labelled pairs of a set, an even draw of at most `most`, and encode them."""
    file = folder / name / "dev.jsonl"
    if not file.exists():
        raise SystemExit(f"{file} is absent; give the folder of the data sets: make bench-consolidation DATA=folder")
    rows = [row for row in map(json.loads, file.read_text().splitlines()) if row.get("label") in (0, 1)]
    random.Random(1).shuffle(rows)
    rows = rows[:most]
    model = encoder("minilm")
    one: NDArray[np.float32] = model.encode([row["a"] for row in rows])
    other: NDArray[np.float32] = model.encode([row["b"] for row in rows])
    return [Pair(row["a"], row["b"], row["label"] == 1, float(c)) for row, c in zip(rows, (one * other).sum(axis=1), strict=True)]


def zone(pair: Pair, policy: Policy) -> str:
    """Say what consolidation does with a pair: merge, review or leave."""
    told = judge(Told(read(pair.a, DAY), DAY), Told(read(pair.b, DAY), DAY), review_words=policy.review_words)
    if told.relation == "same":
        return "merge" if pair.cosine >= policy.merge_at else "review" if pair.cosine >= policy.review_at else "leave"
    open_to_doubt = not any(f.hard for f in told.findings)
    asked = told.relation == "unsure" and pair.cosine >= policy.review_at
    return "review" if asked or (open_to_doubt and pair.cosine >= policy.ask_at) else "leave"


def _shared(pair: Pair) -> float:
    sketches = []
    for text in (pair.a, pair.b):
        sketch = MinHash(num_perm=64)
        words = text.casefold().split()
        sketch.update_batch([" ".join(words[n : n + 2]).encode() for n in range(max(1, len(words) - 1))])
        sketches.append(sketch)
    return float(sketches[0].jaccard(sketches[1]))


Measure = Callable[[Pair], bool]
PEERS: dict[str, Measure] = {
    "cosine ≥ .80": lambda p: p.cosine >= 0.80,
    "cosine ≥ .90 (SemHash's default)": lambda p: p.cosine >= 0.90,
    "cosine ≥ .95": lambda p: p.cosine >= 0.95,
    "MinHash ≥ .5": lambda p: _shared(p) >= 0.5,
    "token_sort ≥ .85": lambda p: token_sort_ratio(p.a.casefold(), p.b.casefold()) >= 85,
    "merged by Compoundry": lambda p: zone(p, Policy()) == "merge",
    "merged or asked by Compoundry": lambda p: zone(p, Policy()) != "leave",
}


def row(name: str, found: Sequence[Pair], says: Measure, label: str) -> list[str]:
    """Count one measure on one set: precision, recall, and the share of different pairs that it takes for the same."""
    taken = [p.same for p in found if says(p)]
    same, different = sum(p.same for p in found), sum(not p.same for p in found)
    hits, misses = sum(taken), len(taken) - sum(taken)
    shares = [(hits, len(taken)), (hits, same), (misses, different)]
    return [name, label, *(f"{part / whole:.3f}" if whole else "–" for part, whole in shares), str(misses)]


def main() -> None:
    """Measure every set and publish the table."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("data", type=Path)
    given.add_argument("--short", action="store_true")
    chosen = given.parse_args()
    most = 200 if chosen.short else 1_000
    rows = []
    for name in SETS:
        found = pairs(chosen.data, name, most)
        rows += [row(name, found, says, label) for label, says in PEERS.items()]
    columns = ["set", "what takes a pair for the same", "precision", "recall", "false among different", "false"]
    publish(
        "consolidation",
        "Consolidation beside the usual measures",
        columns,
        rows,
        notes=f"At most {most} labelled pairs of each set, the same vectors for all.",
    )


if __name__ == "__main__":
    main()
