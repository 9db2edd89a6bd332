"""Give the client a server with insights."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from compoundry.client import Client
from tests.made import said
from tests.server import new_key, serving

LINES = [said("Dana prefers email over phone calls.", "Dana", day=day, external_id=f"d{day}", source=f"s{day}") for day in range(3)]


@dataclass(frozen=True)
class There:
    """Hold where the server is, and its database."""

    url: str
    database: str

    def key(self) -> str:
        """Make a workspace of its own, and a key for it."""
        return new_key(self.database)


@pytest.fixture(scope="package")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    """Serve for all tests of the client in this process."""
    url = f"sqlite:///{tmp_path_factory.mktemp('served')}/served.db"
    new_key(url)
    with serving(url) as served:
        yield There(served.url, url)


@pytest.fixture
def key(there: There) -> str:
    """Give the key of a new workspace."""
    return there.key()


@pytest.fixture
def client(there: There, key: str) -> Iterator[Client]:
    """Give a client of a new workspace with insights."""
    with Client(there.url, key) as made:
        made.insights.add_all(LINES)
        yield made
