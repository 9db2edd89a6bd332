"""What is believed can be looked at ahead, behind, and by who said it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from compoundry import Workspace
from compoundry.errors import Invalid, NotFound
from compoundry.jobs.metrics import FIGURES
from compoundry.model import EvidenceKind

NOW = datetime.now(UTC)


@pytest.fixture
def ws(database_url: str) -> Iterator[Workspace]:
    """Give an embedded workspace, on both databases in turn."""
    with Workspace.open(database_url, encoder="hashed") as opened:
        yield opened


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_a_forecast_says_when_an_insight_falls_below_a_bound(ws: Workspace) -> None:
    id = ws.add("Dana prefers email.", type="preference", confidence=0.8, observed_at=NOW)
    told = ws.forecast(id, below=0.4)
    assert told.confidence == pytest.approx(0.8, abs=0.001)
    assert told.falls_at is not None
    assert 180 < (told.falls_at - NOW).days < 360, "half is left after half a year, and a part never fades"
    believed = [one for _, one in told.curve]
    assert believed == sorted(believed, reverse=True)
    assert told.curve[-1][0] >= told.falls_at - timedelta(seconds=1)


def test_what_is_pinned_or_lasting_never_falls(ws: Workspace) -> None:
    born = ws.add("Dana was born in Porto.", type="identity", observed_at=ago(900))
    held = ws.add("Dana prefers email.", type="preference", pinned=True, observed_at=ago(900))
    for id in (born, held):
        told = ws.forecast(id, days=400)
        assert (told.falls_at, told.curve[0][1]) == (None, told.curve[-1][1])


@pytest.mark.parametrize(("below", "days"), [(1.5, None), (-0.1, None), (None, 0), (None, 1e9), (float("nan"), None)])
def test_a_forecast_of_nonsense_is_refused(ws: Workspace, below: float | None, days: float | None) -> None:
    id = ws.add("Dana prefers email.")
    with pytest.raises(Invalid):
        ws.forecast(id, below=below, days=days)


def test_being_read_proves_nothing_unless_the_workspace_says_so(ws: Workspace) -> None:
    id = ws.add("Dana prefers email.", type="preference", confidence=0.6, observed_at=ago(300))
    before = ws.forecast(id).confidence
    ws.reinforce(id, kind="retrieved", source="agent")
    assert ws.forecast(id).confidence == before
    ws.configure("decay_sweep", retrieved=0.5)
    assert ws.forecast(id).confidence > before


def test_what_nobody_can_have_seen_yet_is_no_evidence(ws: Workspace) -> None:
    id = ws.add("Dana prefers email.")
    with pytest.raises(Invalid, match="at: lies in the future"):
        ws.reinforce(id, at=ago(-3))
    assert len(ws.insight(id).evidence) == 1
    ws.reinforce(id, at=ago(-0.5))
    assert len(ws.insight(id).evidence) == 2


@pytest.mark.parametrize("kind", ["confirmed", "observed", "outcome"])
@pytest.mark.parametrize("source", ["rumour", "desk"])
def test_a_mention_of_the_day_before_makes_a_rumour_no_surer_than_one_of_today(ws: Workspace, kind: EvidenceKind, source: str) -> None:
    early, late = (ws.add(f"Mallory owns {what}.", type="event", source="rumour", confidence=0.3) for what in ("the bank", "the mill"))
    before = ws.reinforce(early, kind=kind, source=source, at=ago(1)).confidence
    assert before == pytest.approx(ws.reinforce(late, kind=kind, source=source).confidence)
    assert before < 0.66


def test_a_retracted_source_takes_down_only_what_nobody_else_said(ws: Workspace) -> None:
    alone = ws.add("Mallory owns the bank.", source="rumour", confidence=0.9)
    shared = ws.add("Dana leads sales.", source="rumour", confidence=0.9)
    ws.reinforce(shared, source="crm", weight=0.8)
    other = ws.add("Miguel likes hiking.", source="crm")
    hit = {h.insight.id: h for h in ws.blast_radius("rumour").hits}
    assert set(hit) == {alone, shared}
    assert (hit[alone].without, hit[alone].alone) == (0.0, True)
    assert 0 < hit[shared].without < hit[shared].insight.confidence
    assert ws.trust("rumour", 0).trust == 0
    swept = ws.run("decay_sweep")
    assert swept.state == "completed", swept.error
    assert {id: ws.insight(id).standing for id in (alone, shared, other)} == {alone: "archived", shared: "active", other: "active"}
    assert ws.insight(shared).confidence == pytest.approx(hit[shared].without, abs=0.01)
    assert swept.revert().state == "completed"
    assert ws.insight(alone).standing == "active"


def test_a_rule_that_rests_on_a_source_is_in_its_blast_radius(ws: Workspace) -> None:
    ws.add("When the export times out, restart the queue worker first.", entities=["Dana"], source="runbook")
    ws.run("playbook_synthesis")
    assert [rule.do for rule in ws.blast_radius("runbook").rules] == [rule.do for rule in ws.rules()]
    with pytest.raises(NotFound, match="no evidence comes from 'nobody'"):
        ws.blast_radius("nobody")


def test_trust_is_a_share_of_a_source_that_said_something(ws: Workspace) -> None:
    ws.add("Dana leads sales.", source="crm")
    with pytest.raises(NotFound):
        ws.trust("nobody", 0.5)
    with pytest.raises(Invalid):
        ws.trust("crm", 2)
    ws.trust("crm", 0.5)
    ws.trust("crm", 1)
    assert ws.policy()["sources"] == {"trust": {}}
    assert [(s.source, s.trust, s.insights) for s in ws.sources()] == [("crm", 1.0, 1)]


def test_what_was_believed_then_is_what_was_known_then(ws: Workspace) -> None:
    first = ws.add("Dana prefers email.", entities=["Dana"], observed_at=ago(30), source="a")
    second = ws.add("Dana prefers email", entities=["Dana"], observed_at=ago(10), source="b")
    between = datetime.now(UTC)
    merged = ws.run("consolidation")
    assert merged.counts.affected == 2
    gone = next(id for id in (first, second) if ws.insight(id).standing == "merged")
    assert {i.id for i in ws.insights(as_of=between)} == {first, second}
    assert [len(i.evidence) for i in ws.insights(as_of=between)] == [1, 1], "evidence was not shared before the merge"
    assert gone not in {i.id for i in ws.insights(as_of=datetime.now(UTC))}
    then = ws.insights(as_of=ago(20))
    assert [i.id for i in then] == [first]
    assert then[0].confidence == pytest.approx(0.68, abs=0.02), "ten days after one observation, without the second"


def test_a_fact_that_was_replaced_held_until_then(ws: Workspace) -> None:
    old = ws.add("Northwind has 200 employees in the Lisbon office.", entities=["Northwind"], observed_at=ago(100))
    new = ws.add("Northwind has 250 employees in the Lisbon office.", entities=["Northwind"], observed_at=ago(10))
    ws.run("consolidation")
    for candidate in ws.candidates(kind="update"):
        ws.accept(candidate)
    assert ws.insight(old).standing == "superseded"
    assert [i.id for i in ws.insights(as_of=ago(50))] == [old]
    assert [i.id for i in ws.insights(as_of=ago(5))] == [new]


def test_rules_are_shown_as_they_were(ws: Workspace) -> None:
    ws.add("When the export times out, restart the queue worker first.", entities=["Dana"])
    before = datetime.now(UTC)
    ws.run("playbook_synthesis")
    proposed = datetime.now(UTC)
    (candidate,) = ws.candidates(kind="rule")
    ws.accept(candidate)
    assert ws.rules(as_of=before) == []
    assert [rule.status for rule in ws.rules(as_of=proposed)] == ["candidate"]
    assert [rule.status for rule in ws.rules(as_of=datetime.now(UTC))] == ["active"]
    assert ws.patterns(as_of=before) == []


def test_the_day_to_look_again_asks_a_person_once(ws: Workspace) -> None:
    id = ws.add("Dana leads sales.", entities=["Dana"])
    ws.edit(id, recheck_at=ago(1))
    ws.run("decay_sweep")
    (asked,) = ws.candidates(kind="confirm")
    assert asked.reason.code == "recheck_due"
    ws.accept(asked)
    ws.run("decay_sweep")
    assert ws.candidates(kind="confirm") == []


@pytest.mark.parametrize("so", [True, False])
def test_what_a_reviewer_answers_is_evidence_that_counts_at_once(ws: Workspace, so: bool) -> None:
    id = ws.add("Dana leads sales.", type="fact", confidence=0.8, observed_at=ago(400))
    ws.edit(id, recheck_at=ago(1))
    ws.run("decay_sweep")
    (asked,) = ws.candidates(kind="confirm")
    before = ws.insight(id)
    answered = ws.accept(asked) if so else ws.reject(asked, note="she left")
    after = ws.insight(id)
    assert [(e.kind, e.weight, e.excerpt) for e in after.evidence[1:]] == [
        ("reviewed", 1.0, "a reviewer confirmed it") if so else ("reviewed", 0.0, "a reviewer said that it isn't so: she left")
    ]
    assert after.confidence > 0.95 if so else after.confidence < before.confidence / 5
    told = [(entry.kind, entry.reason.text) for _, entry in ws.why(id).decisions][-2:]
    assert told[0] == ("reinforce", f"a reviewer {'agreed' if so else 'said no'}: {asked.reason.text}")
    assert told[1] == ("believe", f"after a reviewer's word: {before.confidence:.2f} → {after.confidence:.2f}")
    assert answered.revert().state == "completed"
    assert (ws.insight(id).evidence, ws.insight(id).confidence) == (before.evidence, before.confidence)


def test_what_a_person_brings_back_stays(ws: Workspace) -> None:
    ws.configure("decay_sweep", floor=0.0)
    id = ws.add("The gate is closed.", type="status", confidence=0.3, observed_at=ago(400))
    other = ws.add("Dana leads sales.")
    ws.run("decay_sweep")
    assert [i.id for i in ws.insights(standing="archived")] == [id]
    assert [i.id for i in ws.insights()] == [other]
    back = ws.edit(id, standing="active")
    assert [(e.kind, e.excerpt) for e in back.evidence[1:]] == [("reviewed", "brought back by hand")]
    assert back.confidence > 0.8
    assert ws.run("decay_sweep").state == "completed"
    assert ws.insight(id).standing == "active"
    assert len(ws.edit(id, standing="active").evidence) == 2, "it was there already"
    assert ws.insights(standing="archived") == []
    with pytest.raises(Invalid, match="standing: must be one of active, merged, superseded, archived"):
        ws.insights(standing="lost")
    with pytest.raises(Invalid, match="standing: can't stand together with as_of"):
        ws.insights(standing="archived", as_of=ago(1))


def test_a_question_about_what_is_gone_can_be_refused(ws: Workspace) -> None:
    id = ws.add("Dana leads sales.")
    ws.edit(id, recheck_at=ago(1))
    ws.run("decay_sweep")
    (asked,) = ws.candidates(kind="confirm")
    ws.edit(id, standing="archived")
    ws.reject(asked)
    assert len(ws.insight(id).evidence) == 1


def test_half_lives_are_learned_from_what_was_seen_to_end(ws: Workspace) -> None:
    for n in range(40):
        id = ws.add(f"Person {n} is on call.", type="status", observed_at=ago(200 + n))
        ws.reinforce(id, kind="confirmed", source="rota", at=ago(193 + n))
        ws.reinforce(id, kind="contradicted", source="rota", at=ago(190 + n))
    told = ws.half_lives()
    assert (told.learn, told.used["status"]) == ("off", 30.0)
    fit = told.learned["status"]
    assert fit.low < 8.5 * 0.693 + 2 < fit.high or fit.days < 12
    ws.configure("decay_sweep", learn="on")
    assert ws.half_lives().used["status"] == fit.days


def test_a_snapshot_knows_copies_and_the_half_lives_of_its_workspace(ws: Workspace) -> None:
    for source in ("a", "b", "c"):
        ws.add("Dana prefers email.", type="preference", entities=["Dana"], source=source, observed_at=ago(100))
    ws.add("Dana prefers email.", type="preference", entities=["Miguel"], observed_at=ago(100))
    ws.configure("decay_sweep", half_lives={"preference": 50})
    ws.run("metrics")
    (told,) = ws.metrics()
    assert (told.figures["duplicate_rate"], told.figures["stale_share"]) == (0.5, 1.0)


def test_half_lives_are_learned_as_far_as_sources_are_trusted(ws: Workspace) -> None:
    for n in range(10):
        id = ws.add(f"Person {n} is on call.", type="status", observed_at=ago(200 + n), source="rota")
        ws.reinforce(id, kind="confirmed", source="rota", at=ago(193 + n))
        ws.reinforce(id, kind="contradicted", source="rumour", at=ago(190 + n))
    assert ws.half_lives().learned["status"].ends == 10
    ws.trust("rumour", 0)
    assert "status" not in ws.half_lives().learned


@pytest.mark.parametrize(
    "wrong",
    [{"half_lives": {"fact": 0}}, {"half_lives": {"fact": float("inf")}}, {"floors": {"fact": 2}}, {"cap": -1.0}, {"learn": "perhaps"}],
)
def test_settings_that_make_no_sense_are_refused(ws: Workspace, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid, match="decay_sweep"):
        ws.configure("decay_sweep", **wrong)


def test_a_snapshot_beyond_its_bounds_says_so(ws: Workspace) -> None:
    ws.add("Dana leads sales.")
    ws.configure("metrics", at_least={"insights": 5}, at_most={"age_days.p90": 30})
    run = ws.run("metrics")
    assert ws.metrics()[-1].figures["bounds_broken"] == {"insights": 1.0}
    assert [change.reason.code for change in run.changes] == [note.code for note in run.notes] == ["bound_broken"]
    assert "beyond its bounds: insights is 1 (at least 5)" in str(run)


def test_a_series_holds_one_figure_or_a_part_of_one(ws: Workspace) -> None:
    ws.add("Dana leads sales.", observed_at=ago(10))
    for _ in range(2):
        ws.run("metrics")
    assert [s.figures for s in ws.metrics(metric="insights")] == [{"insights": 1.0}] * 2
    assert [s.figures["age_days.p90"] for s in ws.metrics(metric="age_days.p90")] == [pytest.approx(10, abs=0.1)] * 2
    assert ws.metrics(metric="merge_precision") == [], "nothing was decided yet"
    assert ws.metrics(since=datetime.now(UTC)) == []
    assert len(ws.metrics(since=NOW, until=datetime.now(UTC))) == 2
    with pytest.raises(Invalid, match="stale_share"):
        ws.metrics(metric="stale_shares")


def test_a_bound_of_a_figure_there_is_not_is_refused(ws: Workspace) -> None:
    with pytest.raises(Invalid, match="no figure 'stale'"):
        ws.configure("metrics", at_most={"stale": 0.3})


def test_every_figure_of_a_snapshot_is_listed(ws: Workspace) -> None:
    for content in ("Dana leads sales.", "Dana leads the sales team."):
        ws.add(content, entities=["Dana"])
    for _ in range(2):
        ws.run("metrics")
    assert set(ws.metrics()[-1].figures) <= set(FIGURES)
