"""Measure what consolidation merges and asks, beside its peers on the same vectors, against what it promises."""

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from datasketch import MinHash, MinHashLSH
from rapidfuzz.fuzz import token_sort_ratio
from semhash import SemHash

from benchmarks.labelled import Floats, Pair, Vectors, labelled, rows
from benchmarks.report import publish
from compoundry.job import Merge, Propose, View
from compoundry.jobs.consolidation import Policy, plan
from compoundry.model import Insight
from compoundry.text.guards.finding import Told
from compoundry.text.merging.bounds import bounded
from compoundry.text.sentence import read
from compoundry.text.verdict import judge

DAY = datetime(2026, 3, 1, tzinfo=UTC)
ADVERSARIAL = ("qqp", "mrpc", "paws_wiki")
DISTRACTORS = ("locomo", "banking77")
FALSE_MERGES = {
    "breaking_nli": "≤ .005",
    "comve_minimal": "≤ .005",
    "cannot_negation": "≤ .005",
    "negation_nli": "≤ .005",
    "checklist_qqp": "≤ .02",
}
DUPLICATES = ("mrpc", "stsb", "sick")
PERMUTATIONS = 64

Same = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Counts:
    """Count pairs of two labels, and those of each that were taken for the same."""

    hits: int
    same: int
    false: int
    different: int

    @property
    def shares(self) -> tuple[str, str, str]:
        """Return precision, recall, and the share of different pairs that were taken for the same."""
        parts = ((self.hits, self.hits + self.false), (self.hits, self.same), (self.false, self.different))
        precision, recall, false = (f"{part / whole:.3f}" if whole else "–" for part, whole in parts)
        return precision, recall, false


def count(pairs: Iterable[tuple[str, str, bool]], same: Same) -> Counts:
    """Count what a measure takes for the same."""
    taken = [(label, same(a, b)) for a, b, label in pairs]
    labels = [label for label, _ in taken]
    hits = sum(label and found for label, found in taken)
    return Counts(hits, sum(labels), sum(found for _, found in taken) - hits, len(labels) - sum(labels))


@dataclass(frozen=True, slots=True)
class Groups:
    """Say which texts of a corpus a method puts together; a text that it says nothing of stands alone."""

    head: Mapping[str, str]
    asked: frozenset[frozenset[str]] = frozenset()

    def same(self, a: str, b: str) -> bool:
        """Tell whether two texts are in one group."""
        return self.head.get(a, a) == self.head.get(b, b)

    def found(self, a: str, b: str) -> bool:
        """Tell whether two texts are in one group, or their groups are asked about."""
        return self.same(a, b) or frozenset((self.head.get(a, a), self.head.get(b, b))) in self.asked


def consolidated(texts: Sequence[str], vectors: Vectors) -> Groups:
    """Run the whole job on a corpus without entities."""
    insights = tuple(Insight(f"{n:06}", text, "fact", (), 0.7, DAY, DAY, source="a") for n, text in enumerate(texts))
    made = plan(View(1, insights, vectors.of(texts), "minilm"), Policy(), DAY)
    into = {c.insight: c.into for c in made.changes if isinstance(c, Merge)}
    asked = (c.candidate for c in made.changes if isinstance(c, Propose) and c.candidate.kind == "merge")

    def head(id: str) -> str:
        while id in into:
            id = into[id]
        return texts[int(id)]

    subjects = frozenset(frozenset(map(head, pair)) for candidate in asked for pair in combinations(candidate.subjects, 2))
    return Groups({text: head(insights[n].id) for n, text in enumerate(texts)}, subjects)


def semhashed(texts: Sequence[str], vectors: Vectors, at_least: float) -> Groups:
    """Deduplicate a corpus with SemHash, which removes what is near to something that it keeps."""

    class Encoder:
        def encode(self, inputs: Sequence[Any], **_: Any) -> Floats:
            return vectors.of(list(inputs))

    kept = SemHash.from_records(list(texts), model=Encoder()).self_deduplicate(threshold=at_least)
    return Groups({str(gone): str(group.record) for group in kept.selected_with_duplicates for gone, _ in group.duplicates})


def hashed(texts: Sequence[str], at_least: float) -> Same:
    """Look texts up by MinHash LSH of their pairs of words."""
    sketches = {}
    for text in dict.fromkeys(texts):
        words = text.casefold().split()
        sketches[text] = MinHash(num_perm=PERMUTATIONS)
        sketches[text].update_batch([" ".join(words[n : n + 2]).encode() for n in range(max(1, len(words) - 1))])
    index = MinHashLSH(threshold=at_least, num_perm=PERMUTATIONS)
    for text, sketch in sketches.items():
        index.insert(text, sketch)
    return lambda a, b: b in index.query(sketches[a])


def spelled(a: str, b: str) -> bool:
    """Compare two texts with rapidfuzz, whatever the order of their words."""
    return bool(token_sort_ratio(a.casefold(), b.casefold()) >= 85)


def zone(pair: Pair, policy: Policy) -> str:
    """Say what consolidation does with a pair: merge, review or leave."""
    told = judge(*(Told(read(text, DAY), DAY) for text in (pair.a, pair.b)))
    relation = bounded(told, pair.cosine, policy).relation
    return {"same": "merge", "unsure": "review"}.get(relation, "leave")


def adversarial(folder: Path, vectors: Vectors, most: int) -> list[list[str]]:
    """Run every method over all texts at once, and count on the pairs that people labelled."""
    pairs = [pair for name in ADVERSARIAL for pair in labelled(folder, name, most)]
    others = [str(row["content"]) for name in DISTRACTORS for row in rows(folder, name)[: most // 3]]
    texts = sorted({text for a, b, _ in pairs for text in (a, b)} | {*others})
    ours = consolidated(texts, vectors)
    methods: dict[str, tuple[Same, str]] = {
        "Compoundry, merged": (ours.same, "≥ .95, ≥ .30, ≤ .005"),
        "Compoundry, merged or asked": (ours.found, "≥ .77, ≥ .65"),
        "SemHash at .80": (semhashed(texts, vectors, 0.80).same, ""),
        "SemHash at .90, its default": (semhashed(texts, vectors, 0.90).same, ""),
        "SemHash at .95": (semhashed(texts, vectors, 0.95).same, ""),
        "MinHash LSH at .5": (hashed(texts, 0.5), ""),
        "MinHash LSH at .6": (hashed(texts, 0.6), ""),
        "rapidfuzz token_sort at 85": (spelled, ""),
    }
    what = f"adversarial corpus, {len(texts)} texts"
    return [[what, method, *count(pairs, same).shares, target] for method, (same, target) in methods.items()]


def by_pairs(what: str, pairs: Sequence[Pair], targets: Mapping[str, str], *, asked: bool) -> list[list[str]]:
    """Measure labelled pairs one by one: ours first, then SemHash's measure and the peers that need no vectors."""
    policy = Policy()
    zones = {(pair.a, pair.b): zone(pair, policy) for pair in pairs}
    cosine = {(pair.a, pair.b): pair.cosine for pair in pairs}
    minhash = hashed([text for pair in pairs for text in (pair.a, pair.b)], 0.5)
    methods: dict[str, Same] = {"Compoundry, merged": lambda a, b: zones[a, b] == "merge"}
    if asked:
        methods["Compoundry, merged or asked"] = lambda a, b: zones[a, b] != "leave"
    methods |= {
        "cosine ≥ .90, as SemHash": lambda a, b: cosine[a, b] >= 0.90,
        "cosine ≥ .95": lambda a, b: cosine[a, b] >= 0.95,
        "MinHash LSH at .5": minhash,
        "rapidfuzz token_sort at 85": spelled,
    }
    told = [(pair.a, pair.b, pair.same) for pair in pairs]
    return [[what, method, *count(told, same).shares, targets.get(method, "")] for method, same in methods.items()]


def main() -> None:
    """Measure every row of the promise, and publish the table."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("data", type=Path)
    given.add_argument("--short", action="store_true")
    chosen = given.parse_args()
    most = 150 if chosen.short else 1_950
    vectors = Vectors()
    found = {name: vectors.pairs(labelled(chosen.data, name, most)) for name in (*DUPLICATES, "paws_wiki", *FALSE_MERGES)}
    table = adversarial(chosen.data, vectors, most)
    for name, most_false in FALSE_MERGES.items():
        table += by_pairs(name, [p for p in found[name] if not p.same], {"Compoundry, merged": f"false {most_false}"}, asked=False)
    table += by_pairs("paws_wiki", found["paws_wiki"], {"Compoundry, merged": "precision ≥ .97"}, asked=True)
    together = [pair for name in DUPLICATES for pair in found[name]]
    table += by_pairs("mrpc + stsb ≥ 4.5 + sick", together, {"Compoundry, merged or asked": "recall ≥ .90"}, asked=True)
    for name in DUPLICATES:
        table += by_pairs(name, found[name], {}, asked=True)
    publish(
        "consolidation",
        "Consolidation beside its peers",
        ["set", "what takes a pair for the same", "precision", "recall", "false among different", "target"],
        table,
        notes=(
            f"At most {most} labelled pairs of each set, the same vectors for all. Guards and weights were developed on one half of "
            "each set, drawn by a hash of the pair; this is the other half. In the corpus every method sees all texts at once, and "
            "only pairs that people labelled count. Why some targets are missed: ../decisions/0008-what-is-worth-asking.md."
        ),
    )


if __name__ == "__main__":
    main()
