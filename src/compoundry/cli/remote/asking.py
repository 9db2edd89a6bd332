"""Hold the client that asks a server for the command line."""

from collections.abc import Iterable
from itertools import islice
from typing import Final, TypeVar

from compoundry.client import Client

T = TypeVar("T")

TIMEOUT_S: Final = 30.0
AT_ONCE: Final = 100
"""How many a server lists at once."""


class Asking:
    """Hold the client that asks a server for the command line."""

    def __init__(self, client: Client) -> None:
        self._client = client


def first(limit: int | None, found: Iterable[T]) -> list[T]:
    """Take at most so many; all when there is no limit."""
    return list(islice(found, limit))
