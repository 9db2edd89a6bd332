"""Hold the parts that every verb of the service needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from compoundry.store.database import Database


def new_id() -> str:
    """Make an id that nobody has."""
    return str(uuid4())


def _nobody(workspace_id: int) -> None:
    """Tell nobody: no worker lives in this process."""


@dataclass(frozen=True)
class App:
    """Hold the database, where ids come from, and whom to tell about new work in this process."""

    database: Database
    new_id: Callable[[], str] = new_id
    on_run: list[Callable[[], None]] = field(default_factory=list)
    on_written: list[Callable[[int], None]] = field(default_factory=list)

    def run_waits(self) -> None:
        """Wake the worker of this process, if there is one."""
        for wake in self.on_run:
            wake()

    def insights_written(self, workspace_id: int) -> None:
        """Have new insights encoded soon, if there is a worker in this process."""
        for tell in self.on_written:
            tell(workspace_id)
