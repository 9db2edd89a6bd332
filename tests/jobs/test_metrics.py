"""A snapshot counts what is there, and says what changed since the last one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from compoundry.columns import columns_of
from compoundry.job import Measure, View
from compoundry.jobs.metrics import Policy, figures, plan
from compoundry.model import Candidate, CandidateStatus, Evidence, Insight, Reason, Snapshot

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)


def known(n: int, age_days: float, type: str = "fact", weight: float = 0.6) -> Insight:
    at = NOW - timedelta(days=age_days)
    return Insight(f"i{n}", "x" * 40, type, (), 0.6, at, at, (Evidence(f"e{n}", "observed", at, "scout", weight),), source="scout")


def merge(n: int, status: CandidateStatus, age_days: float = 1) -> Candidate:
    return Candidate(f"c{n}", "merge", ("i0", "i1"), Reason("close", "close"), 0.8, NOW - timedelta(days=age_days), status)


def measured(view: View) -> Snapshot:
    decided = plan(view, Policy(), NOW)
    decided.must_account_for(view)
    (change,) = decided.changes
    assert isinstance(change, Measure)
    return change.snapshot


def view(*insights: Insight, candidates: tuple[Candidate, ...] = (), snapshots: tuple[Snapshot, ...] = ()) -> View:
    nothing = np.zeros((len(insights), 0), np.float32)
    return View(7, insights, nothing, candidates=candidates, snapshots=snapshots, others={"archived": 3})


def test_an_empty_workspace_can_be_measured() -> None:
    figures = measured(View(7, (), np.zeros((0, 0), np.float32))).figures
    assert figures["insights"] == 0
    assert figures["mean_confidence"] == 0


def test_counts_shares_and_ages() -> None:
    insights = [known(0, 1), known(1, 10), known(2, 100), known(3, 400, "status")]
    figures = measured(view(*insights, candidates=(merge(0, "open", 3),))).figures
    assert figures["by_standing"] == {"archived": 3, "active": 4}
    assert figures["by_type"] == {"fact": 3, "status": 1}
    assert figures["by_source"] == {"scout": 4}
    assert figures["duplicate_rate"] == 0.25
    assert figures["stale_share"] == 0.25
    assert figures["age_days"] == {"p50": 10, "p90": 400, "p99": 400}
    assert figures["oldest_waiting_days"] == 3
    assert figures["tokens"] == 40


def test_copies_are_counted_before_anybody_asks_about_them() -> None:
    copies = [replace(known(n, n / 100), content=f"  Dana runs {'' if n % 2 else ' '}sales{'.' * (n % 2)}") for n in range(10)]
    others = [replace(known(20 + n, n), content=f"Fact {n}.") for n in range(10)]
    assert measured(view(*copies, *others)).figures["duplicate_rate"] == 0.45
    asked = merge(1, "open"), replace(merge(2, "open"), subjects=("i20", "i21"))
    told = measured(view(*copies, *others, candidates=asked)).figures
    assert (told["duplicates_waiting"], told["duplicate_rate"]) == (2, 0.5)


def test_what_is_stale_follows_the_settings_of_the_sweep() -> None:
    found = view(known(0, 200), known(1, 200, "status"))
    assert measured(found).figures["stale_share"] == 0.5
    for chosen, share in (
        ({"half_lives": {"fact": 100.0, "status": 300.0}}, 0.5),
        ({"half_lives": {"fact": 100.0}}, 1.0),
        ({"lasting": ["status"]}, 0.0),
    ):
        assert measured(replace(found, settings={"decay_sweep": chosen})).figures["stale_share"] == share


def test_merge_precision_comes_from_what_people_decided() -> None:
    decided = tuple(merge(n, "accepted" if n < 9 else "rejected") for n in range(10))
    precision = measured(view(known(0, 1), candidates=decided)).figures["merge_precision"]
    assert precision == {"value": 0.9, "low": 0.5958, "high": 0.9821, "decided": 10}


def test_the_last_snapshot_shows_what_changed() -> None:
    last = measured(view(known(0, 1)))
    change = measured(view(known(0, 1), known(1, 1), snapshots=(last,))).figures["change"]
    assert isinstance(change, dict)
    assert (change["insights"], change["tokens"], change["candidates_waiting"]) == (1, 10, 0)


def test_row_order_does_not_matter() -> None:
    one, other = known(0, 1), known(1, 30)
    assert plan(view(one, other), Policy(), NOW).hash == plan(view(other, one), Policy(), NOW).hash


def test_a_poisoned_insight_fails_alone() -> None:
    decided = plan(view(known(0, 1), known(1, 1, weight=float("nan"))), Policy(), NOW)
    assert [d.outcome for d in decided.dispositions] == ["kept", "failed"]


def test_large_workspaces_are_estimated_from_the_evidence_of_some() -> None:
    insights = [known(n, 400 if n % 4 == 0 else 10) for n in range(100, 900)]
    found = columns_of(insights)
    shown = np.arange(0, 800, 5)
    some = replace(found, evidence=found.evidence.only(np.isin(found.evidence.of, shown)), shown=shown)
    whole = figures(view(), found, Policy(), NOW)
    part = figures(view(), some, Policy(), NOW)
    assert part.pop("estimated_from") == 160
    assert part == whole
    assert whole["stale_share"] == 0.25
