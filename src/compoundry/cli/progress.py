"""Show on a terminal how far something is; say nothing in a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from compoundry.cli.desk import Told
from compoundry.client.nouns import Progress as Step


def _silent(step: Step) -> None:
    """Say nothing."""


@contextmanager
def following(what: str) -> Iterator[Told]:
    """Give a function that shows the progress of a run."""
    if not sys.stderr.isatty():
        yield _silent
        return
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda step: bar.update(task, description=f"{what}: {step.stage}", completed=step.processed, total=step.total or None)


@contextmanager
def loading(what: str, total_bytes: int | None) -> Iterator[Told]:
    """Give a function that shows how much of a file is read."""
    if not sys.stderr.isatty():
        yield _silent
        return
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total_bytes)
        yield lambda step: bar.update(task, completed=step.processed)
