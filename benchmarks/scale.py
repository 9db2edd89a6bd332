"""Measure how consolidation grows with a workspace, beside SemHash on the same vectors; each part in a process of its own."""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import facts, stored
from benchmarks.report import publish
from compoundry.engine import collecting
from compoundry.job import Merge, Plan, Propose, View
from compoundry.jobs.consolidation import Policy, plan

ABOUT = f"""Encoded already, {facts.PER_ENTITY} insights for each entity; SemHash at its threshold of 0.9. SemHash uses all cores and looks
at vectors alone; here one core also reads the words of each near pair, which takes most of its time. The last two rows are runs of
the product on a file; the second one looks at what is new and at whatever is about the same (decision
[0011](../decisions/0011-only-what-is-touched-is-shown.md)).
"""
ADDED = 1_000
SIZES = (10_000, 100_000)
SHORT = (2_000, 10_000)
MILLION = 1_000_000
Figures = Mapping[str, float]


def first(file: Path) -> Figures:
    """Consolidate a view in which nothing was compared yet."""
    vectors = np.load(file)
    view = View(1, facts.insights(len(vectors)), vectors, "minilm")
    took, decided = _timed(view)
    return {**took, "merged": sum(isinstance(c, Merge) for c in decided.changes), "asked": decided.counts.created}


def again(file: Path) -> Figures:
    """Consolidate all but the last ones, add those, and consolidate again; the best of three."""
    vectors, added = np.load(file), ADDED
    insights = facts.insights(len(vectors))
    old = len(insights) - added
    before, decided = _timed(View(1, insights[:old], vectors[:old], "minilm"))
    gone = {c.insight for c in decided.changes if isinstance(c, Merge)}
    kept = [n for n, one in enumerate(insights) if one.id not in gone]
    view = View(
        1,
        tuple(insights[n] for n in kept),
        vectors[kept],
        "minilm",
        candidates=tuple(c.candidate for c in decided.changes if isinstance(c, Propose)),
        compared={insights[n].id: insights[n].version for n in kept if n < old},
    )
    after = [_timed(view)[0] for _ in range(3)]
    return {"first_s": before["cpu_s"], "again_s": min(took["cpu_s"] for took in after)}


def _timed(view: View) -> tuple[Figures, Plan]:
    with collecting.later():
        began, worked = time.perf_counter(), time.process_time()
        decided = plan(view, Policy(), facts.DAY)
        return {"took_s": time.perf_counter() - began, "cpu_s": time.process_time() - worked}, decided


def semhash(file: Path) -> Figures:
    """Let SemHash take the same vectors in and deduplicate them, at its own threshold."""
    from semhash import SemHash  # the peers aren't installed where only the rest is measured

    from compoundry.encoders.hashed import Hashed

    vectors = np.load(file)
    unused: Any = Hashed()  # it encodes nothing here, and its protocol asks for more than ours
    records = [{"id": str(n), "text": f"{who} {what}"} for n, (_, who, what) in enumerate(facts.facts(len(vectors)))]
    began, worked = time.perf_counter(), time.process_time()
    peer = SemHash.from_embeddings(vectors, records, unused, columns=["id", "text"])
    indexed = time.perf_counter()
    kept = peer.self_deduplicate(threshold=0.9).selected
    cpu_s = time.process_time() - worked
    return {"index_s": indexed - began, "took_s": time.perf_counter() - indexed, "cpu_s": cpu_s, "removed": len(records) - len(kept)}


CHILDREN: Mapping[str, Callable[[Path], Figures]] = {
    "first": first, "again": again, "semhash": semhash, "fill": stored.fill, "fill_up": stored.fill_up, "run": stored.run,
}  # fmt: skip


def measured(child: str, file: Path) -> Figures:
    """Have a process of its own do one thing; the peak is that of the whole process."""
    told = subprocess.run([sys.executable, "-m", "benchmarks.scale", child, str(file)], capture_output=True, text=True, check=False)
    if told.returncode:
        raise SystemExit(told.stderr)
    figures: Figures = json.loads(told.stdout.splitlines()[-1])
    return figures


def table(folder: Path, sizes: tuple[int, ...]) -> Iterator[list[str]]:
    """Measure each size, and the largest but a million beside its peer."""
    took: dict[int, Figures] = {}
    for size in sizes:
        file = folder / f"{size}.npy"
        facts.write_vectors(file, size)
        took[size] = told = measured("first", file)
        found = f"{told['merged']:,.0f} merged, {told['asked']:,.0f} asked"
        yield [f"consolidate {size:,}", _seconds(told), found, ""]
        yield [f"consolidate {size:,}: peak memory of the process", f"{told['peak_mb']:,.0f} MB", "", "< 1,500 MB at 100,000"]
    for small, large in pairwise(sizes):
        power = math.log(took[large]["cpu_s"] / took[small]["cpu_s"]) / math.log(large / small)
        yield [f"growth of CPU time from {small:,} to {large:,}", f"n^{power:.2f}", "", "≤ n^1.2"]
    compared = [size for size in sizes if size < MILLION][-1]
    file = folder / f"{compared}.npy"
    yield from _beside_semhash(file, compared, took[compared])
    more = measured("again", file)
    part = f"{more['again_s']:.2f} s: 1/{more['first_s'] / more['again_s']:.0f} of the first"
    yield [f"add {ADDED:,} to {compared:,}, CPU time", part, f"{more['first_s']:.1f} s", "< 1/30"]
    measured("fill", file)
    whole = measured("run", file)
    yield [f"a whole run on SQLite, {compared:,}", _seconds(whole), f"peak {whole['peak_mb']:,.0f} MB", ""]
    measured("fill_up", file)
    again_too = measured("run", file)
    part = f"1/{whole['cpu_s'] / again_too['cpu_s']:.0f} of the first"
    yield [f"a whole run on SQLite after adding {ADDED:,}", _seconds(again_too), f"{part}, peak {again_too['peak_mb']:,.0f} MB", ""]


def _beside_semhash(file: Path, size: int, ours: Figures) -> Iterator[list[str]]:
    peer = measured("semhash", file)
    whole = peer["index_s"] + peer["took_s"]
    text = f"index {peer['index_s']:.1f} s + self-deduplication {peer['took_s']:.1f} s, CPU {peer['cpu_s']:.1f} s"
    yield [
        f"SemHash on {size:,}: times as long as ours",
        f"{whole / ours['took_s']:.1f}×; CPU {peer['cpu_s'] / ours['cpu_s']:.1f}×",
        text,
        "≥ 3×",
    ]
    yield [f"SemHash on {size:,}, its index given", f"{peer['took_s'] / ours['took_s']:.1f}×", "", "≥ 3×"]


def _peak_mb() -> float:
    """Return the most memory that this process has held; Linux only, because elsewhere a child is told its parent's peak."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1_024


def _seconds(told: Figures) -> str:
    return f"{told['took_s']:.1f} s (CPU {told['cpu_s']:.1f} s)"


def main() -> None:
    """Measure and publish the table, or do one thing as a child."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("child", nargs="?", choices=CHILDREN)
    given.add_argument("file", nargs="?", type=Path)
    given.add_argument("--short", action="store_true")
    given.add_argument("--million", action="store_true", help="also a million insights: some ten minutes and 6 GB")
    chosen = given.parse_args()
    if chosen.child:
        told = CHILDREN[chosen.child](chosen.file)
        print(json.dumps({**told, "peak_mb": _peak_mb()}))
        return
    sizes = SHORT if chosen.short else (*SIZES, MILLION) if chosen.million else SIZES
    with tempfile.TemporaryDirectory() as folder:
        rows = list(table(Path(folder), sizes))
    columns = ["what", "measured", "beside", "target"]
    publish("scale", "Consolidation as a workspace grows", columns, rows, notes=ABOUT)


if __name__ == "__main__":
    main()
