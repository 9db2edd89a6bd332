"""A program embeds Compoundry with one line, and needs no server."""

import logging
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from compoundry import Workspace
from compoundry.errors import Conflict, Invalid, NotFound, Stale, Unavailable
from compoundry.service import access


@pytest.fixture
def ws(database_url: str) -> Workspace:
    """Give an embedded workspace, on both databases in turn."""
    return Workspace.open(database_url, encoder="hashed")


def told(ws: Workspace) -> list[str]:
    """Say the same thing three times, and another thing once."""
    ids = [ws.add("Dana prefers email over phone calls.", entities=["Dana"], source=f"s{n}") for n in range(3)]
    return [*ids, ws.add("Miguel likes hiking.", entities=[{"name": "Miguel", "type": "person"}], observed_at="2026-01-31T09:00:00Z")]


def test_a_preview_shows_is_applied_and_taken_back(ws: Workspace) -> None:
    with ws:
        told(ws)
        before = ws.state_hash()
        preview = ws.run("consolidation", dry_run=True)
        assert (preview.state, preview.dry_run, preview.counts.scanned) == ("completed", True, 4)
        assert all(change.reason.text for change in preview.changes)
        assert preview.changes
        assert ws.state_hash() == before, "a preview changes nothing"
        applied = preview.apply()
        assert (applied.state, applied.counts.affected) == ("completed", preview.counts.affected)
        assert len(ws.insights()) < 4
        assert applied.revert().state == "completed"
        assert ws.state_hash() == before
        assert [run.record.act for run in ws.runs()] == ["revert", "apply", "run"]


def test_what_was_edited_after_a_preview_is_not_overwritten(ws: Workspace) -> None:
    with ws:
        first, *_ = told(ws)
        preview = ws.run("consolidation", dry_run=True)
        ws.edit(first, content="Dana prefers letters.")
        with pytest.raises(Stale) as stale:
            preview.apply()
        assert stale.value.details["changed"] == [first]


def test_every_job_runs_and_what_it_finds_is_read(ws: Workspace) -> None:
    with ws:
        ids = told(ws)
        jobs = ("consolidation", "pattern_detection", "playbook_synthesis", "decay_sweep", "metrics")
        assert [ws.run(job).state for job in jobs] == ["completed"] * 5
        assert ws.metrics()[-1].figures
        assert isinstance(ws.playbook(), str)
        assert [isinstance(found, list) for found in (ws.patterns(), ws.rules(), ws.candidates())] == [True] * 3
        assert {ws.why(id).insight.standing for id in ids} == {"active", "merged"}


def test_an_insight_is_kept_as_it_was_told(ws: Workspace) -> None:
    with ws:
        id = ws.add(
            "Noor likes tea.", entities=["Noor"], type="preference", confidence=0.5, source="chat", external_id="n1", metadata={"by": "a7"}
        )
        assert ws.add("Noor likes tea.", external_id="n1") == id
        found = ws.insight(id)
        assert (found.content, found.type, found.confidence, found.metadata) == ("Noor likes tea.", "preference", 0.5, {"by": "a7"})
        assert len(ws.reinforce(id, source="call").evidence) > len(found.evidence)
        assert [one.id for one in ws.insights(entity="Noor")] == [id]
        ws.forget(id)
        with pytest.raises(NotFound):
            ws.insight(id)


def test_many_insights_go_in_at_once(ws: Workspace) -> None:
    with ws:
        lines = [{"id": str(n), "content": f"fact {n}", "mood": "calm"} for n in range(2_500)]
        assert sum(one.new for one in ws.add_all(lines)) == 2_500
        assert sum(one.new for one in ws.add_all(lines)) == 0
        assert ws.insights(limit=1)[0].metadata == {"mood": "calm"}


def test_what_cannot_be_understood_is_named(ws: Workspace) -> None:
    with ws:
        with pytest.raises(Invalid, match="content"):
            ws.add("  ")
        with pytest.raises(Invalid, match="mood"):
            ws.add("fine", mood="calm")
        with pytest.raises(Invalid, match="unknown job type"):
            ws.run("tidying")
        with pytest.raises(Invalid, match="no setting"):
            ws.configure("consolidation", courage=1)
        with pytest.raises(Conflict):
            ws.run("metrics", dry_run=True).revert()


def test_workspaces_of_one_file_are_apart_and_found_again_by_name(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "memory.db"
    with (
        Workspace.open(file, "home", encoder="hashed") as home,
        Workspace.open(file, "work", encoder="hashed", create=True) as work,
    ):
        home.add("The cat sleeps.")
        assert (len(home.insights()), len(work.insights())) == (1, 0)
    with Workspace.open(str(file), "home", encoder="hashed") as again:
        assert [one.content for one in again.insights()] == ["The cat sleeps."]
        assert again.id == home.id


def test_no_thread_is_left_and_nothing_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = threading.active_count()
    with Workspace.open(tmp_path / "memory.db", encoder="hashed") as ws:
        told(ws)
        ws.run("consolidation")
        assert threading.active_count() == before
    assert capfd.readouterr() == ("", "")


def test_log_lines_go_where_the_host_logs(tmp_path: Path) -> None:
    program = (
        "import logging, sys\n"
        "logging.basicConfig(level=logging.INFO, stream=sys.stdout, format='%(levelname)s %(message)s')\n"
        "from compoundry import Workspace\n"
        f"with Workspace.open({str(tmp_path / 'm.db')!r}, encoder='hashed') as ws: ws.run('metrics')\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "INFO run completed" in said.stdout
    assert said.stderr == ""
    assert logging.getLogger().level != logging.INFO


def test_without_a_name_the_only_workspace_is_meant_and_several_are_asked_about(tmp_path: Path) -> None:
    with (
        Workspace.open(tmp_path / "one.db", "acme", encoder="hashed") as acme,
        Workspace.open(tmp_path / "one.db", encoder="hashed") as same,
    ):
        assert same.id == acme.id
    with Workspace.open(tmp_path / "one.db", "globex", encoder="hashed", create=True):
        pass
    with pytest.raises(Invalid, match="'acme', 'globex'"):
        Workspace.open(tmp_path / "one.db", encoder="hashed")
    with Workspace.open(tmp_path / "new.db", encoder="hashed") as first, Workspace.open(tmp_path / "new.db", "default") as named:
        assert first.id == named.id


def test_a_slip_in_a_name_is_warned_of_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "one.db"
    with pytest.raises(NotFound, match="nor any other"):
        Workspace.open(file, "acme", encoder="hashed", create=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Workspace.open(file, "acme", encoder="hashed").close()
        Workspace.open(file, "globex", encoder="hashed", create=True).close()
    with pytest.raises(NotFound, match="no workspace 'amce' here, but 'acme', 'globex'"):
        Workspace.open(file, "amce", encoder="hashed", create=False)
    with pytest.warns(UserWarning, match="an empty one is made"):
        Workspace.open(file, "amce", encoder="hashed").close()


def test_workspaces_of_one_name_are_told_apart_by_their_slugs(tmp_path: Path) -> None:
    file = tmp_path / "one.db"
    with Workspace.open(file, "acme", encoder="hashed") as first:
        second = access.create_workspace(first._parts.app, "acme")
        with pytest.raises(Invalid, match="acme, acme-2"):
            Workspace.open(file, "acme", encoder="hashed")
        with Workspace.open(file, second.slug, encoder="hashed") as opened:
            assert opened.id == second.id


def test_a_closed_workspace_takes_nothing_more(ws: Workspace) -> None:
    ws.close()
    with pytest.raises(Unavailable, match="closed"):
        ws.add("Dana prefers email.")
    with pytest.raises(Unavailable, match="closed"):
        ws.insights()


def test_runs_and_changes_are_printed_as_sentences(ws: Workspace) -> None:
    with ws:
        told(ws)
        preview = ws.run("consolidation", dry_run=True)
        assert str(preview).startswith(f"dry run {preview.id} of consolidation completed (4 scanned")
        merge = next(change for change in preview.changes if change.kind == "merge")
        assert str(merge) == f"merge {merge.subject}: {merge.reason.text}"


def test_a_name_is_no_list_of_letters(ws: Workspace) -> None:
    with ws:
        for wrong in ("Dana", [1]):
            with pytest.raises(Invalid, match="list of names"):
                ws.add("Dana prefers email.", entities=wrong)  # type: ignore[arg-type]
        with pytest.raises(Invalid, match="observed_at"):
            ws.add("Dana prefers email.", created_at="2026-01-31")
