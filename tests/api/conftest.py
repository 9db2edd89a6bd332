"""Serve one SQLite database for all contract tests of a process."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.server import Served, new_key, serving


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('served')}/served.db"


@pytest.fixture(scope="session")
def served(sqlite_url: str) -> Iterator[Served]:
    """Give a running server."""
    new_key(sqlite_url, name="First")
    with serving(sqlite_url) as running:
        yield running


@pytest.fixture
def client(served: Served, sqlite_url: str) -> Iterator[httpx2.Client]:
    """Give a client of a new workspace with every scope."""
    with served.client(new_key(sqlite_url)) as made:
        yield made


@pytest.fixture
def other(served: Served, sqlite_url: str) -> Iterator[httpx2.Client]:
    """Give a client of another workspace."""
    with served.client(new_key(sqlite_url, name="Other")) as made:
        yield made
