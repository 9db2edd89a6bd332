"""Play the demo: load, run the five jobs, show what happened, take everything back."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from compoundry import jobs
from compoundry.demo import report
from compoundry.demo.stage import Desk, staged
from compoundry.errors import Invalid
from compoundry.sample import sample
from compoundry.service.intake import from_line, read_line

BATCH = 500
POLL_S = 0.05
Line = dict[str, Any]


@dataclass
class Story:
    """Remember what happened in one workspace."""

    name: str
    desk: Desk
    lines: Sequence[Line]
    hashes: list[str] = field(default_factory=list)
    ended: dict[str, dict[str, Any]] = field(default_factory=dict)


def play(console: Console, file: Path | None) -> bool:
    """Show everything on a sample or a file; return whether all went as promised."""
    began = time.monotonic()
    lines = _lines(console, file)
    with staged() as stage, ExitStack() as open_desks:
        console.print(f"A server with an SQLite file of its own is on {stage.url}\n")
        stories = [Story(name, open_desks.enter_context(stage.workspace(name)), mine) for name, mine in _by_workspace(lines).items()]
        with _progress(console) as progress:
            _load(stories, progress)
            _run(stories, progress)
        report.jobs_table(console, stories)
        report.merges(console, stories)
        report.refusals(console, stories)
        report.patterns(console, stories)
        report.playbook(console, stories)
        report.decayed(console, stories)
        good = _take_back(console, stories)
    console.print(f"\nAll of this took {time.monotonic() - began:.0f} s.")
    return good and all(run["status"] == "completed" for story in stories for run in story.ended.values())


def _lines(console: Console, file: Path | None) -> list[Line]:
    if file is None:
        return sample(until=datetime.now(UTC))
    try:
        raw = file.read_bytes().split(b"\n")
    except OSError as error:
        raise Invalid(f"{file} can't be read: {error}") from None
    good = [line for number, text in enumerate(raw, 1) if text.strip() and (line := _line(console, number, text)) is not None]
    if not good:
        raise Invalid(f"{file} holds no insight: a line of it is a JSON object with at least a content")
    return good


def _line(console: Console, number: int, text: bytes) -> Line | None:
    """Read a line; a bad one is reported and left out."""
    try:
        line: Line = orjson.loads(text)
        read_line(line)
    except (orjson.JSONDecodeError, Invalid) as error:
        console.print(f"line {number} is left out: {error}", highlight=False, markup=False)
        return None
    return line


def _by_workspace(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Split lines by their field `workspace`, where they have one."""
    split: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        split[str(line.get("workspace", "demo"))].append(line)
    return split


def _load(stories: Sequence[Story], progress: Progress) -> None:
    task = progress.add_task("loading insights", total=sum(len(story.lines) for story in stories))
    for story in stories:
        for start in range(0, len(story.lines), BATCH):
            batch = [from_line(line) for line in story.lines[start : start + BATCH]]
            story.desk.post("/insights", batch)
            progress.advance(task, len(batch))
        story.hashes.append(story.desk.state_hash())


def _run(stories: Sequence[Story], progress: Progress) -> None:
    task = progress.add_task("", total=len(jobs.found()) * len(stories))
    for job_type in jobs.found():
        progress.update(task, description=job_type)
        for story in stories:
            story.ended[job_type] = _followed(story.desk, story.desk.post("/compounding/trigger", {"job_type": job_type}))
            progress.advance(task)


def _followed(desk: Desk, accepted: dict[str, Any]) -> dict[str, Any]:
    """Poll the status as any client does, until the run has ended."""
    while (run := desk.get(f"/compounding/jobs/{accepted['job_run_id']}"))["status"] not in ("completed", "failed"):
        time.sleep(POLL_S)
    return run


def _take_back(console: Console, stories: Sequence[Story]) -> bool:
    """Revert all runs, the last one first, and compare the state with the first one."""
    for story in stories:
        story.hashes.append(story.desk.state_hash())
        for run in reversed(story.ended.values()):
            if run["status"] == "completed":
                _followed(story.desk, story.desk.post(f"/compounding/jobs/{run['job_run_id']}/revert"))
        story.hashes.append(story.desk.state_hash())
    report.hashes(console, stories)
    return all(story.hashes[0] == story.hashes[-1] for story in stories)


def _progress(console: Console) -> Progress:
    return Progress(TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console)
