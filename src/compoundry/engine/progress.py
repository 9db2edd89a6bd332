"""Say how far a run is, at most a few times a second, and hear when it should stop."""

import threading
import time
from datetime import timedelta

from compoundry.engine.tracing import Trace
from compoundry.engine.workshop import Workshop
from compoundry.errors import Cancelled, HandedBack
from compoundry.model import Run
from compoundry.store import runs
from compoundry.store.database import clock

EVERY_S = 0.25


class Progress:
    """Report one attempt of a run; `tick` has the signature that jobs know."""

    def __init__(self, shop: Workshop, run: Run, stopping: threading.Event, trace: Trace) -> None:
        self._shop, self._run, self._stopping, self._trace = shop, run, stopping, trace
        self.stage = "accepted"
        self._written_at = time.monotonic()  # a run that ends at once writes no progress

    def enter(self, stage: str) -> None:
        """Begin a stage."""
        self.stage = stage
        self._trace.enter(stage)
        self.tick(0, 0)

    def tick(self, processed: int, total: int) -> None:
        """Report; raise Cancelled, HandedBack or LostRun when the run should go no further."""
        self._listen()
        if time.monotonic() - self._written_at >= EVERY_S:
            self._write(processed, total)

    def _listen(self) -> None:
        if self._stopping.is_set():
            raise HandedBack("this worker is stopping; another one takes the run")

    def _write(self, processed: int, total: int) -> None:
        with self._shop.database.write() as connection:
            now = clock(connection)
            until = now + timedelta(seconds=self._shop.lease_s)
            goes_on = runs.report(connection, self._run, stage=self.stage, processed=processed, total=total, now=now, until=until)
        self._written_at = time.monotonic()
        if not goes_on:
            raise Cancelled("the run was cancelled; nothing was applied")
