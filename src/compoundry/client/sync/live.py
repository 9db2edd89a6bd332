"""Follow one run of a server."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from compoundry.client import calls
from compoundry.client.errors import NotFound, RunFailed, ServerBroken, TimedOut, Unreachable
from compoundry.client.nouns import Change, Progress, Run
from compoundry.client.waiting import Pace

if TYPE_CHECKING:
    from compoundry.client.sync.client import Client

Told = Callable[[Progress], None]


class LiveRun:
    """Follow one run; `run` is how it was when we last asked."""

    def __init__(self, client: "Client", run: Run) -> None:
        self._client, self.run = client, run

    def __repr__(self) -> str:
        return f"LiveRun({self.run!r})"

    @property
    def id(self) -> str:
        """Return the run's id."""
        return self.run.id

    def refresh(self) -> Run:
        """Ask how the run is doing."""
        self.run = self._client.status(self.id)
        return self.run

    def wait(self, timeout: float | None = None, on_progress: Told | None = None, *, check: bool = True) -> Run:
        """Return the run when it has ended.

        Raises TimedOut after `timeout` seconds (the run goes on), and RunFailed for a failed run unless `check` is False.
        `on_progress` hears how far the run is about once a second, from servers that tell.
        """
        until, pace = time.monotonic() + (float("inf") if timeout is None else timeout), Pace()
        while not self.run.finished:
            left_s = until - time.monotonic()
            if left_s <= 0:
                raise TimedOut(f"run {self.id} is {self.run.status} after {timeout:g} s; it goes on", self.run)
            pace, on_progress = self._look(pace, left_s, on_progress)
        if check and self.run.status == "failed":
            raise RunFailed(self.run)
        return self.run

    def changes(self) -> Iterator[Change]:
        """Go through what the run decided."""
        return self._client.changes(self.id)

    def apply(self) -> "LiveRun":
        """Do exactly what this dry run has shown."""
        return self._client.apply(self.id)

    def revert(self) -> "LiveRun":
        """Take back what this run did."""
        return self._client.revert(self.id)

    def cancel(self) -> Run:
        """Ask the run to stop before it changes anything."""
        return self._client.cancel(self.id)

    def _look(self, pace: Pace, left_s: float, on_progress: Told | None) -> tuple[Pace, Told | None]:
        """Ask once, and rest until the next question; a server that is away for less than a minute ends no waiting."""
        asked_s, began = pace.ask_s(left_s, reports=on_progress is not None), time.monotonic()
        try:
            self.run = self._client.ask(calls.status(self.id, wait_s=asked_s))
            on_progress, following = self._told(on_progress), pace.slower()
        except (Unreachable, ServerBroken):
            if (again := pace.lost(time.monotonic() - began)) is None:
                raise
            asked_s, following = 0.0, again
        if not self.run.finished:
            took_s = time.monotonic() - began
            time.sleep(pace.rest_s(asked_s=asked_s, took_s=took_s, left_s=left_s - took_s))
        return following, on_progress

    def _told(self, on_progress: Told | None) -> Told | None:
        """Report once; a server that knows no progress isn't asked again."""
        if on_progress is None:
            return None
        try:
            on_progress(self._client.progress(self.id))
        except NotFound:
            return None
        return on_progress
