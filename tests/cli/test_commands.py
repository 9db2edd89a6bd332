"""Every command answers in JSON, and says the same from a database and from a server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from compoundry.cli.nouns import GROUPS
from compoundry.cli.program import app
from tests.cli.conftest import House, written
from tests.cli.typed import Prompt, typed

ACCESS = {"workspace create", "workspace list", "key create", "key list", "key revoke"}
SCHEDULES = {"schedule list", "schedule set", "schedule remove"}
ONLY_WHERE_THE_DATABASE_IS = {"serve", "worker", "mcp", "migrate", "doctor", "backup", "restore", "demo", *ACCESS}
WITHOUT_A_PLACE = {"audit", "jobs", "profiles", "sample"}


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Go through all commands by their full names."""
    group = group or typer.main.get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


@pytest.fixture(scope="module")
def things(house: House) -> dict[str, str]:
    """Do something of each kind, and name what came of it."""
    dry = house.local.json("run", "consolidation", "--dry-run")
    real = house.local.json("run", "consolidation")
    house.local.json("run", "metrics")
    insight = house.local.json("insights")["data"][0]["id"]
    key = house.local.json("key", "create", "--workspace", "1", "--scopes", "record.read")
    rules = house.file.with_name("AGENTS.md")
    rules.write_text("- Always write a test first.\n- If a test fails, stop and read it.\n")
    notes = house.file.with_name("notes.txt")
    notes.write_text("Lea moved to Porto. How are you?\n")
    rule = house.local.json("import-rules", str(rules))["new"][0]
    return {
        "rule": rule,
        "rules": str(rules),
        "notes": str(notes),
        "artifact": house.local.json("tell", str(notes))["artifact_id"],
        "dry": dry["job_run_id"],
        "real": real["job_run_id"],
        "insight": insight,
        "key": key["id"],
        "file": str(house.file),
    }


READING = [
    "status {real}",
    "changes {real}",
    "changes {dry} --limit 1",
    "diff {real}",
    "watch {real}",
    "dispositions {real}",
    "dispositions {real} --outcome merged --limit 1",
    "runs",
    "runs --job consolidation --status completed --dry-run --limit 3",
    "runs --real",
    "insights",
    "insights --last 5200w --type fact --limit 2",
    "insights --from 2026-03-01T00:00:00Z --to 2026-03-10T00:00:00Z",
    "insights --entity Dana",
    "insights --standing merged --limit 3",
    "insight {insight}",
    "why {insight}",
    "recall email --limit 3",
    "recall employees --entity Dana --as-of 2026-03-05T00:00:00Z",
    "insights --as-of 2026-03-05T00:00:00Z",
    "patterns --as-of 2026-03-05T00:00:00Z",
    "rules --as-of 2026-03-05T00:00:00Z",
    "half-lives",
    "sources",
    "blast-radius agent",
    "candidates",
    "candidates --status accepted --kind merge --limit 1",
    "patterns",
    "patterns --kind theme --status candidate --trend rising --limit 1",
    "rules --status candidate",
    "playbook",
    "playbook --format agents --max-tokens 500",
    "playbook --format skill",
    "outcomes {rule}",
    "why {rule}",
    "events --kind run.completed --limit 3",
    "schedule list",
    "metrics",
    "metrics --metric age_days --from 2020-01-01T00:00:00Z --to 2100-01-01T00:00:00Z",
    "metrics --metric age_days.p90",
    "artifact {artifact}",
    "graph --limit 5",
    "playbooks",
    "playbook-of team",
]
WRITING = [
    "import {file}",
    "run metrics --dry-run",
    "run metrics --wait --timeout 30",
    "status {real} --wait",
    "edit {insight} --pin",
    "reinforce {insight} --source call --excerpt heard",
    "reinforce {insight} --contradicted",
    "reinforce {insight} --kind outcome --weight 0.9 --at 2026-03-04T00:00:00Z",
    "edit {insight} --recheck 2027-01-31T00:00:00Z",
    "forecast {insight} --below 0.4 --days 90",
    "trust agent 0.5",
    "outcome {rule} helped --note well",
    "import-rules {rules}",
    "tell {notes} --context call",
    "ask email",
]


@pytest.mark.parametrize("line", READING)
def test_a_database_and_its_server_say_the_same(house: House, things: dict[str, str], line: str) -> None:
    args = line.format(**things).split()
    assert house.local.json(*args) == house.remote.json(*args)
    local, remote = house.local(*args), house.remote(*args)
    assert local.out == remote.out
    assert "\x1b" not in local.out + local.err + remote.err


@pytest.mark.parametrize("line", WRITING)
@pytest.mark.parametrize("place", ["local", "remote"])
def test_what_writes_answers_in_json_too(house: House, things: dict[str, str], line: str, place: str) -> None:
    prompt: Prompt = getattr(house, place)
    assert prompt.json(*line.format(**things).split())


@pytest.mark.parametrize("place", ["local", "remote"])
def test_a_run_is_taken_back_from_either_place(house: House, things: dict[str, str], place: str) -> None:
    prompt: Prompt = getattr(house, place)
    run = prompt.json("run", "metrics", "--wait")["job_run_id"]
    reverted = prompt.json("revert", run, "--wait")
    assert (reverted["act"], reverted["subject"], reverted["status"]) == ("revert", run, "completed")


@pytest.mark.parametrize("line", ["workspace list", "key list --workspace 1", "key revoke {key}", "migrate"])
def test_what_needs_the_database_answers_in_json(house: House, things: dict[str, str], line: str) -> None:
    assert house.local.json(*line.format(**things).split())


def test_every_command_is_in_these_tests() -> None:
    tried = {line.split(" --")[0].split(" {")[0] for line in [*READING, *WRITING] if not line.startswith("schedule")}
    elsewhere = {
        "review",
        "policy",
        *SCHEDULES,
        *(name for name, _ in commands() if name.startswith("webhook ")),
        "unmerge",
        "accept-many",
        "apply",
        "revert",
        "candidate",
        "retry",
        "cancel",
        "accept",
        "reject",
        "forget",
        "rename",
        "export",
        "polish",
        *ONLY_WHERE_THE_DATABASE_IS,
        *WITHOUT_A_PLACE,
    }
    assert {name for name, _ in commands()} == {" ".join(t.split()[:1]) for t in tried} | elsewhere


def test_every_command_stands_in_a_group_of_the_help() -> None:
    sorted_in = {name for names in GROUPS.values() for name in names}
    assert {name.split()[0] for name, _ in commands()} <= sorted_in, "put new commands into cli/nouns.py"


def test_every_command_takes_json_and_explains_itself() -> None:
    for name, command in commands():
        options = {option for parameter in command.params for option in parameter.opts}
        assert command.help, name
        assert all(getattr(p, "help", None) for p in command.params), f"{name} has a parameter without help"
        assert name == "demo" or "--json" in options, name
        assert name in ONLY_WHERE_THE_DATABASE_IS | WITHOUT_A_PLACE or {"--database", "--url", "--api-key", "--workspace"} <= options, name


def test_a_preview_is_applied_and_taken_back(prompt: Prompt, house: House) -> None:
    prompt.json("import", str(house.file))
    dry = prompt.json("run", "consolidation", "--dry-run")
    assert dry["insights_affected"] > 0
    assert len(prompt.json("insights")["data"]) == 7, "a dry run changes nothing"
    applied = prompt.json("apply", dry["job_run_id"])
    assert (applied["status"], applied["insights_affected"]) == ("completed", dry["insights_affected"])
    assert prompt.json("changes", applied["job_run_id"]) == prompt.json("changes", dry["job_run_id"])
    assert len(prompt.json("insights")["data"]) < 7
    assert prompt.json("revert", applied["job_run_id"])["status"] == "completed"
    assert len(prompt.json("insights")["data"]) == 7


def test_a_diff_shows_sentences_and_not_ids(prompt: Prompt, house: House) -> None:
    prompt.json("import", str(house.file))
    run = prompt.json("run", "consolidation", "--dry-run")["job_run_id"]
    lines = prompt("diff", run).out.splitlines()
    assert any(line.startswith("merge: ") for line in lines)
    assert "- Dana prefers email over phone calls." in lines
    assert "+ Dana prefers email over phone calls." in lines
    assert prompt.json("diff", run)["contents"]


def test_a_diff_shows_what_is_asked_about(prompt: Prompt, tmp_path: Path) -> None:
    file = written(tmp_path / "two.jsonl", [{"content": "Dana leads the sales team."}, {"content": "Dana leads the sales team in Berlin."}])
    prompt.json("import", str(file))
    prompt.json("policy", "consolidation", "review_at=0.1")
    run = prompt.json("run", "consolidation", "--dry-run")["job_run_id"]
    asked = [line for line in prompt("diff", run).out.splitlines() if line.startswith("  ? ")]
    assert sorted(asked) == ["  ? Dana leads the sales team in Berlin.", "  ? Dana leads the sales team."]


def test_a_run_is_watched_line_by_line_in_a_pipe(prompt: Prompt) -> None:
    assert prompt("watch").code == 4
    run = prompt.json("run", "metrics", "--no-wait")["job_run_id"]
    said = prompt("watch")
    assert (said.code, said.err.splitlines()[0]) == (0, "metrics: accepted 0/?")
    assert f"{run}: completed" in said.out
    assert prompt("watch", run).code == 0


@pytest.mark.parametrize("place", ["local", "remote"])
def test_new_words_are_said_to_be_put_by_hand_and_evidence_stays(house: House, place: str) -> None:
    prompt: Prompt = getattr(house, place)
    id = prompt.json("insights", "--limit", "1")["data"][0]["id"]
    before = prompt.json("insight", id)
    after = prompt.json("edit", id, "--content", f"{before['content']} Truly!")
    assert after["evidence"] == before["evidence"]
    assert "put into these words by hand" in prompt("insight", id).out


@pytest.mark.parametrize("place", ["local", "remote"])
def test_a_job_is_scheduled_and_no_more(house: House, place: str) -> None:
    prompt: Prompt = getattr(house, place)
    (known,) = prompt.json("schedule", "set", "decay_sweep", "0 3 * * *", "--time-zone", "Europe/Berlin")["data"]
    assert (known["job_type"], known["cron"], known["time_zone"]) == ("decay_sweep", "0 3 * * *", "Europe/Berlin")
    assert prompt.json("schedule", "list")["data"] == [known]
    assert prompt("schedule", "list").rows[0]["next"] == known["next_at"]
    assert prompt("schedule", "set", "metrics", "0 3 * *").code == 2
    assert prompt("schedule", "set", "metrics", "0 3 * * *", "--time-zone", "Mars").code == 2
    assert prompt.json("schedule", "remove", "decay_sweep")["data"] == []


@pytest.mark.parametrize("place", ["local", "remote"])
def test_settings_of_a_job_are_shown_and_changed(house: House, place: str) -> None:
    prompt: Prompt = getattr(house, place)
    assert set(prompt.json("policy")) >= {"consolidation", "metrics"}
    assert prompt.json("policy", "pattern_detection", "min_support=4", "q=0.01")["pattern_detection"]["min_support"] == 4
    assert prompt.json("policy", "pattern_detection")["pattern_detection"]["q"] == 0.01
    prompt.json("policy", "pattern_detection", "min_support=null", "q=null")
    assert prompt.json("policy", "pattern_detection")["pattern_detection"]["min_support"] == 3
    for wrong in ("courage=1", "min_support=many", "min_support", "min_support=1", "q=2", "near=-1", "within_days=0"):
        assert prompt("policy", "pattern_detection", wrong).code == 2
    assert prompt("policy", "tidying").code == 2


def test_a_merge_is_taken_back_for_good(prompt: Prompt, house: House) -> None:
    prompt.json("import", str(house.file))
    prompt.json("run", "consolidation")
    gone = prompt.json("dispositions", prompt.json("runs")["data"][0]["job_run_id"], "--outcome", "merged")["data"][0]["insight"]
    assert prompt.json("unmerge", gone)["standing"] == "active"
    prompt.json("run", "consolidation")
    assert prompt.json("insight", gone)["standing"] == "active"
    assert prompt("unmerge", gone).code == 5


def test_a_group_is_taken_apart_at_once_and_stays_apart(prompt: Prompt, house: House) -> None:
    prompt.json("import", str(house.file))
    run = prompt.json("run", "consolidation")["job_run_id"]
    merged = [d["insight"] for d in prompt.json("dispositions", run, "--outcome", "merged")["data"]]
    survivor = prompt.json("insight", merged[0])["merged_into"]
    assert len(merged) == 2
    refused = prompt("unmerge", survivor)
    assert refused.code == 5
    assert "take out one of the 2 that were merged into it" in refused.err
    assert all(id in refused.err for id in merged)
    assert prompt.json("unmerge", survivor, "--all")["id"] == survivor
    assert prompt("unmerge", survivor, "--all").code == 5
    prompt.json("run", "consolidation")
    assert [prompt.json("insight", id)["standing"] for id in (survivor, *merged)] == ["active"] * 3


def test_a_revert_says_that_the_next_consolidation_does_the_same_again(prompt: Prompt, house: House) -> None:
    prompt.json("import", str(house.file))
    run = prompt.json("run", "consolidation")["job_run_id"]
    assert "the next consolidation does the same again" in prompt("revert", run).out
    assert "does the same again" not in prompt("revert", "last").out


def test_many_candidates_are_accepted_at_once(prompt: Prompt, tmp_path: Path) -> None:
    old = [{"id": f"o{n}", "content": f"Old fact {n}.", "created_at": "2019-01-01T00:00:00Z", "confidence": 0.6} for n in range(5)]
    prompt.json("import", str(written(tmp_path / "old.jsonl", old)))
    prompt.json("run", "decay_sweep")
    waiting = len(prompt.json("candidates")["data"])
    done = prompt.json("accept-many", "confirm", "--most", "2", "--note", "seen")
    assert (len(done["accepted"]), done["refused"]) == (2, [])
    assert len(prompt.json("candidates")["data"]) == waiting - 2
    assert prompt("accept-many", "confirm", "--at-least", "1.1").code == 2
    assert prompt("accept-many", "everything").code == 2


def test_a_candidate_is_read_and_decided(prompt: Prompt, house: House) -> None:
    old = [{"id": f"o{n}", "content": f"Old fact {n}.", "created_at": "2019-01-01T00:00:00Z", "confidence": 0.6} for n in range(5)]
    prompt.json("import", str(written(house.file.with_name("old.jsonl"), old)))
    prompt.json("run", "decay_sweep")
    first, second, *_ = prompt.json("candidates")["data"]
    assert prompt.json("candidate", first["id"]) == first
    accepted = prompt.json("accept", first["id"], "--note", "still so")
    rejected = prompt.json("reject", second["id"])
    assert (accepted["status"], rejected["status"]) == ("accepted", "rejected")
    assert prompt("accept", first["id"]).code == 5
    assert prompt.json("revert", accepted["job_run_id"])["status"] == "completed"
    assert prompt.json("candidate", first["id"])["status"] == "open"


def test_an_insight_is_forgotten_for_good(prompt: Prompt, house: House) -> None:
    prompt.json("import", str(house.file))
    id = prompt.json("insights", "--entity", "Miguel")["data"][0]["id"]
    assert prompt.json("forget", id) == {"id": id, "forgotten": True}
    assert prompt("insight", id).code == 4


def test_a_run_that_waits_is_cancelled_and_tried_again(prompt: Prompt) -> None:
    waiting = prompt.json("run", "metrics", "--no-wait")
    assert waiting["status"] == "accepted"
    cancelled = prompt.json("cancel", waiting["job_run_id"])
    assert (cancelled["status"], cancelled["error_details"]["type"]) == ("failed", "cancelled")
    assert prompt("status", waiting["job_run_id"], "--wait").code == 1
    assert prompt.json("retry", waiting["job_run_id"])["status"] == "completed"


def test_the_jobs_are_those_that_are_found() -> None:
    listed = [job["job_type"] for job in typed("jobs", "--json").json["data"]]
    assert listed == ["consolidation", "pattern_detection", "playbook_synthesis", "decay_sweep", "metrics"]
    assert all(job in typed("run", "--help").out for job in listed)


def test_a_pattern_gets_better_words(prompt: Prompt, tmp_path: Path) -> None:
    firms = ("Northwind", "Lakeside", "Hillcrest", "Bellwood", "Oakridge")
    lines = [{"content": f"{who} complains that exports are slow.", "entities": [{"name": who}], "id": who} for who in firms]
    lines += [{"content": f"P{n} likes topic {n * 7919 % 1009}.", "entities": [{"name": f"P{n}"}]} for n in range(30)]
    prompt.json("import", str(written(tmp_path / "firms.jsonl", lines)))
    prompt.json("run", "pattern_detection")
    pattern = prompt.json("patterns", "--kind", "theme")["data"][0]["id"]
    assert prompt.json("rename", pattern, "Exports are slow")["data"][0]["label"] == "Exports are slow"
    assert "Exports are slow" in prompt("why", pattern).out


def test_last_is_the_newest_run(prompt: Prompt, tmp_path: Path) -> None:
    assert prompt("changes", "last").code == 4
    notes = tmp_path / "notes.jsonl"
    notes.write_text(typed("sample").out)
    assert prompt.json("import", str(notes))["added"] == 188
    assert prompt("run", "consolidation", "--dry-run").code == 0
    shown = prompt.json("status", "last")
    assert (shown["job_type"], shown["dry_run"]) == ("consolidation", True)
    assert prompt("apply", "last").code == 0
    assert prompt.json("status", "last")["insights_affected"] == shown["insights_affected"] > 0
    assert prompt("revert", "last").code == 0
