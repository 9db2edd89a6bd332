"""A snapshot measures everything and changes nothing."""

from dataclasses import replace

from compoundry.job import Measure
from compoundry.jobs import metrics
from compoundry.jobs.metrics import Policy
from compoundry.model import Candidate, Reason, Snapshot
from tests.jobs.views import NOW, insight, view


def snapshot(**more: object) -> Snapshot:
    insights = [
        insight(1, "Dana prefers email.", type="preference", source="crm", day=290),
        insight(2, "Dana lives in Madrid.", day=0),
        insight(3, "Tom is away.", type="activity", day=0),
    ]
    plan = metrics.plan(replace(view(insights), **more), Policy(), NOW)  # type: ignore[arg-type]
    (change,) = plan.changes
    assert isinstance(change, Measure)
    assert plan.counts.affected == plan.counts.created == 0
    return change.snapshot


def test_it_counts_by_standing_type_and_source() -> None:
    figures = snapshot(others={"merged": 4}).figures
    assert figures["by_standing"] == {"active": 3.0, "merged": 4.0}
    assert figures["by_type"] == {"activity": 1.0, "fact": 1.0, "preference": 1.0}
    assert figures["by_source"] == {"agent": 2.0, "crm": 1.0}
    assert figures["stale_share"] == 1 / 3
    assert figures["tokens"] == 14.0


def test_the_precision_of_merges_comes_from_what_people_decided() -> None:
    def asked(n: int, status: str) -> Candidate:
        return Candidate(f"c{n}", "merge", ("i0001", "i0002"), Reason("near", "alike"), 0.9, NOW, status)  # type: ignore[arg-type]

    figures = snapshot(candidates=(*(asked(n, "accepted") for n in range(9)), asked(9, "rejected"), asked(10, "open"))).figures
    precision = figures["merge_precision"]
    assert isinstance(precision, dict)
    assert precision["measured"] == 0.9
    assert 0.59 < precision["low"] < 0.61
    assert (figures["candidates_waiting"], figures["duplicate_rate"]) == (1.0, 2 / 3)


def test_it_says_what_changed_since_the_last_one() -> None:
    figures = snapshot(snapshots=(Snapshot("s", NOW, {"insights": 1.0}),)).figures
    assert figures["since_last"] == {"insights": 2.0}
