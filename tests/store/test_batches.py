"""Many changes alike are kept together, and are still read, explained and taken back one by one."""

import zlib
from uuid import UUID

import numpy as np
import orjson
import pytest
from sqlalchemy import update

from compoundry.app import Parts
from compoundry.columns import columns_of
from compoundry.job import Disposition
from compoundry.model import Caller, Run
from compoundry.service import explaining, insights, runs
from compoundry.store import batches, journal, many, packing, reading, scanning, tables
from compoundry.store.database import Database
from compoundry.store.lineage import standing_in
from tests.made import NOTES, finish, learn, run, said


@pytest.fixture
def swept(parts: Parts, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Let a sweep change many insights, seven of them in a row of the journal."""
    for module in (batches, journal):
        monkeypatch.setattr(module, "PACK", 7)
    learn(parts, caller, [said(f"Gate {n} is closed.", day=-n, confidence=0.5 + n / 100) for n in range(30)])
    return run(parts, caller, "decay_sweep")


def test_packed_changes_are_read_page_by_page(parts: Parts, caller: Caller, swept: Run) -> None:
    whole = runs.changes(parts.app, caller, swept.id)
    assert [n for n, _ in whole] == list(range(len(whole)))
    assert sum(entry.kind == "believe" for _, entry in whole) == swept.counts.affected == 30
    pages, after = [], -1
    while page := runs.changes(parts.app, caller, swept.id, after=after, limit=4):
        pages += page
        after = page[-1][0]
    assert pages == whole
    told = runs.dispositions(parts.app, caller, swept.id)
    assert len(told) == len({d.insight for d in told}) == swept.counts.scanned


def test_each_packed_change_is_part_of_the_story_of_its_insight(parts: Parts, caller: Caller, swept: Run) -> None:
    for _, entry in runs.changes(parts.app, caller, swept.id):
        story = explaining.why(parts.app, caller, entry.subject)
        assert story.decisions == [(swept.id, entry)]
        assert [d.outcome for _, d in story.dispositions] == ["faded"]
        assert f"{entry.effects[0].after['confidence']:.2f}" in entry.reason.text  # type: ignore[index]


def test_packed_changes_are_taken_back_but_for_those_that_somebody_changed_since(
    parts: Parts, caller: Caller, swept: Run, database: Database
) -> None:
    changed = runs.changes(parts.app, caller, swept.id)[3][1].effects[0]
    with database.write() as connection:
        mine = tables.insights.c.id == changed.id
        connection.execute(
            update(tables.insights).where(mine, tables.insights.c.workspace_id == caller.workspace_id).values(confidence=0.9)
        )
    undone = finish(parts, runs.revert(parts.app, caller, swept.id))
    assert (undone.counts.affected, undone.counts.errors) == (29, 1)
    kinds = [entry.kind for _, entry in runs.changes(parts.app, caller, undone.id)]
    assert (kinds.count("unbelieve"), kinds.count("keep")) == (29, 1)
    stored = {i.id: i.confidence for i in insights.recent(parts.app, caller, limit=100)}
    assert stored.pop(changed.id) == 0.9
    assert set(stored.values()) < {0.5 + n / 100 for n in range(30)}


def test_reverting_a_revert_of_packed_changes_brings_them_back(parts: Parts, caller: Caller, swept: Run) -> None:
    after = runs.state_hash(parts.app, caller)
    undone = finish(parts, runs.revert(parts.app, caller, swept.id))
    assert runs.state_hash(parts.app, caller) != after
    finish(parts, runs.revert(parts.app, caller, undone.id))
    assert runs.state_hash(parts.app, caller) == after


def test_a_packed_plan_that_was_previewed_is_applied_as_shown(parts: Parts, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PACK", 5)
    learn(parts, caller, [said(f"Gate {n} is closed.", day=-n) for n in range(12)])
    dry = run(parts, caller, "decay_sweep", dry_run=True)
    applied = finish(parts, runs.apply(parts.app, caller, dry.id))
    assert (applied.state, applied.counts, applied.plan_hash) == ("completed", dry.counts, dry.plan_hash)
    assert runs.changes(parts.app, caller, applied.id) == runs.changes(parts.app, caller, dry.id)


def test_columns_read_from_the_store_are_those_of_its_insights(parts: Parts, caller: Caller, database: Database) -> None:
    learn(parts, caller, [*NOTES, said("Ünïcödé 日本語 ☕", pinned=True)])
    run(parts, caller, "consolidation")
    with database.read() as connection:
        read = reading.columns(connection, caller.workspace_id)
        made = columns_of(standing_in(connection, caller.workspace_id))
    assert read.ids == made.ids
    for name in ("version", "confidence", "pinned", "observed_at", "recheck_at", "length"):
        assert np.array_equal(getattr(read, name), getattr(made, name)), name
    for name in ("type", "source"):
        assert [getattr(read, name).names[n] for n in getattr(read, name).codes] == [
            getattr(made, name).names[n] for n in getattr(made, name).codes
        ]
    assert _log(read) == _log(made)


def test_the_evidence_of_some_is_theirs_and_stands_for_all(parts: Parts, caller: Caller, database: Database) -> None:
    learn(parts, caller, [said(f"Gate {n} is closed.", day=-n, confidence=0.5 + n / 100) for n in range(30)])
    with database.read() as connection:
        whole = reading.columns(connection, caller.workspace_id)
        some = reading.columns(connection, caller.workspace_id, evidence_of=10)
        assert reading.columns(connection, caller.workspace_id, evidence_of=15).shown is None
    assert some.shown is not None
    assert (some.ids, len(some.shown), some.shown[0], some.shown[-1]) == (whole.ids, 10, 0, 29)
    assert _log(some) == [piece for piece in _log(whole) if piece[0] in some.shown]


@pytest.fixture
def wide(parts: Parts, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fill a workspace that is read in many parts, and changed as thousands are."""
    monkeypatch.setattr(many, "MANY", 5)
    monkeypatch.setattr(scanning, "ROWS", 7)
    monkeypatch.setattr(scanning, "PAGES", 1)
    learn(parts, caller, [said(f"Gate {n} is closed. {'x' * 600}", day=-n, confidence=0.5 + n / 200) for n in range(80)])


@pytest.mark.usefixtures("wide")
def test_what_is_read_part_by_part_is_the_same(parts: Parts, caller: Caller, database: Database) -> None:
    with database.snapshot() as connection:
        assert len(scanning.parts_of(connection, tables.insights, caller.workspace_id)) > 1
        read, made = reading.columns(connection, caller.workspace_id), columns_of(standing_in(connection, caller.workspace_id))
    assert (read.ids, read.confidence.tolist()) == (made.ids, made.confidence.tolist())
    assert _log(read) == _log(made)


@pytest.mark.usefixtures("wide")
def test_thousands_are_changed_and_taken_back_as_a_few_are(parts: Parts, caller: Caller, database: Database) -> None:
    before = runs.state_hash(parts.app, caller)
    swept = run(parts, caller, "decay_sweep")
    for _, entry in runs.changes(parts.app, caller, swept.id):
        if entry.kind == "believe":
            assert insights.one(parts.app, caller, entry.subject).confidence == entry.effects[0].after["confidence"]  # type: ignore[index]
    finish(parts, runs.revert(parts.app, caller, swept.id))
    assert runs.state_hash(parts.app, caller) == before
    again = run(parts, caller, "decay_sweep")
    changed = runs.changes(parts.app, caller, again.id)[3][1].subject
    with database.write() as connection:
        mine = (tables.insights.c.id == changed) & (tables.insights.c.workspace_id == caller.workspace_id)
        connection.execute(update(tables.insights).where(mine).values(confidence=0.123456789012345678))
    undone = finish(parts, runs.revert(parts.app, caller, again.id))
    assert (undone.counts.affected, undone.counts.errors) == (again.counts.affected - 1, 1)
    kept = [entry for _, entry in runs.changes(parts.app, caller, undone.id) if entry.kind == "keep"]
    assert [entry.subject for entry in kept] == [changed]


def test_what_an_older_version_packed_is_still_read() -> None:
    told = ["believe", "faded", "not seen", ["a", "b"], {"confidence": [0.5, 0.6]}, {"confidence": [0.4, 0.5]}, {"age_days": [1.0, 2.0]}]
    old = batches.unpacked(zlib.compress(orjson.dumps(told)))
    assert [entry.subject for entry in old] == ["a", "b"]
    assert old.entry(1).effects[0].after == {"confidence": 0.5}
    assert batches.unpacked(batches.packed(old)).insights == ["a", "b"]
    rows = [["a", 3, "kept", "as before"], ["b", 1, "faded", "old"]]
    columns = {"columns": [["a", "b"], [3, 1], [0, 1], [["kept", "as before"], ["faded", "old"]]]}
    expected = [Disposition(id, version, outcome, why) for id, version, outcome, why in rows]  # type: ignore[arg-type]
    for kept in (rows, columns):
        assert list(journal._unpacked(zlib.compress(orjson.dumps(kept)))) == expected


@pytest.mark.parametrize("ids", [["a"], [str(UUID(int=7)), str(UUID(int=8))], [str(UUID(int=10)).upper()], ["0" * 35 + " "], ["é" * 18]])
def test_any_ids_come_back_from_a_pack_as_they_were(ids: list[str]) -> None:
    assert packing.unpacked(packing.packed([None, 1.5], ids)) == ([None, 1.5], ids)


def _log(found: object) -> list[tuple[object, ...]]:
    log = found.evidence  # type: ignore[attr-defined]
    said_by = [log.source.names[n] for n in log.source.codes]
    return sorted(zip(log.of.tolist(), log.at.tolist(), log.kind.tolist(), said_by, log.weight.tolist(), strict=True))


def test_an_insight_whose_evidence_makes_no_sense_fails_alone(parts: Parts, caller: Caller, database: Database) -> None:
    sound, poisoned = learn(parts, caller, [said("Gate 1 is closed.", day=-9), said("Gate 2 is closed.", day=-9)])
    with database.write() as connection:
        mine = (tables.evidence.c.workspace_id == caller.workspace_id) & (tables.evidence.c.insight_id == poisoned.id)
        connection.execute(update(tables.evidence).where(mine).values(weight=7.0))
    for job in ("decay_sweep", "metrics"):
        done = run(parts, caller, job)
        assert (done.state, done.counts.errors) == ("completed", 1)
        told = {d.insight: (d.outcome, d.because) for d in runs.dispositions(parts.app, caller, done.id)}
        assert told[poisoned.id][0] == "failed"
        assert "7.0" in told[poisoned.id][1]
        assert told[sound.id][0] != "failed"
