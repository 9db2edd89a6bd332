"""Hold the parts that every verb of the service needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from uuid import uuid4

from compoundry.errors import Unavailable
from compoundry.hooks.addresses import Network
from compoundry.store.database import Database
from compoundry.text.encoder import Encoder, Talker
from compoundry.text.retrieval import Index


def new_id() -> str:
    """Make an id that nobody has."""
    return str(uuid4())


def _nobody(workspace_id: int) -> None:
    """Tell nobody: no worker lives in this process."""


def _no_encoder() -> Encoder:
    """Refuse: this service was made without an encoder."""
    raise Unavailable("no encoder is configured")


@dataclass(frozen=True)
class Searchable:
    """Hold a workspace's active insights ready to be searched, as they were at a state of the database."""

    state: tuple[object, ...]
    ids: Sequence[str]
    index: Index


@dataclass(frozen=True)
class App:
    """Hold the database, the encoder (loaded when first needed), where ids come from, and whom to tell about new work in this process.

    `chat` is a language model, where one is configured; `networks` are private ones that webhooks may call all the same;
    `searchable` remembers a few workspaces as they were last searched; `leaving` is set when this process was told to stop.
    """

    database: Database
    new_id: Callable[[], str] = new_id
    encoder: Callable[[], Encoder] = _no_encoder
    chat: Talker | None = None
    networks: Sequence[Network] = ()
    leaving: Event = field(default_factory=Event)
    on_run: list[Callable[[], None]] = field(default_factory=list)
    on_written: list[Callable[[int], None]] = field(default_factory=list)
    searchable: dict[int, "Searchable"] = field(default_factory=dict)

    def run_waits(self) -> None:
        """Wake the worker of this process, if there is one."""
        for wake in self.on_run:
            wake()

    def insights_written(self, workspace_id: int) -> None:
        """Have new insights encoded soon, if there is a worker in this process."""
        for tell in self.on_written:
            tell(workspace_id)
