"""Note what the chaos runs counted in the page that the docs show."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.chaos import table
from tests.engine.cluster import Cluster, with_schema
from tests.engine.conftest import odd_jobs as odd_jobs

Figures = Callable[[str, str, int, str], None]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Give a PostgreSQL server of our own, with our schema: to stop, to freeze, and to open more connections than one is set up for."""
    with with_schema() as made:
        yield made


@pytest.fixture
def figures() -> Figures:
    """Note one row where COMPOUNDRY_RELIABILITY says; a test calls this last, when everything held."""
    return note


def note(fault: str, database: str, times: int, seen: str) -> None:
    """Put a row in the place of the one that was measured before."""
    row = table.row(fault, database, times, seen, datetime.now(UTC).date())
    print(*row.values())
    if target := os.environ.get("COMPOUNDRY_RELIABILITY"):
        file = Path(target)
        known = table.rows(file.read_text()) if file.exists() else {}
        file.write_text(table.page({**{place: line for place, line in known.items() if place[0] in table.FAULTS}, **row}))
