"""Hold what every run needs: the database, the encoder, and the limits."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from compoundry.engine.tidying import Kept
from compoundry.engine.tracing import Tracer, Untraced
from compoundry.store.database import Database, clock
from compoundry.text.encoder import Encoder, Talker


@dataclass(frozen=True)
class Workshop:
    """Hold the parts; the encoder is loaded when it is first asked for, the `extractor` helps to cut texts where one is configured.

    The `judge` is asked about merges in workspaces that give it a budget.
    """

    database: Database
    encoder: Callable[[], Encoder]
    worker: str
    lease_s: float = 15.0
    attempts: int = 3
    tracer: Tracer = Untraced
    kept: Kept = field(default_factory=Kept)
    extractor: Talker | None = None
    judge: Talker | None = None
    encoding: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> datetime:
        """Ask the database for the time."""
        with self.database.read() as connection:
            return clock(connection)
