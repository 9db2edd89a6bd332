"""Look ahead, and at what stands behind what is believed, in process."""

from datetime import datetime

from compoundry.library.opened import Opened
from compoundry.model import Snapshot
from compoundry.service import beliefs, knowledge, sources
from compoundry.service.beliefs import Forecast, HalfLives
from compoundry.service.sources import BlastRadius, Source


class Believing(Opened):
    """Look ahead and behind."""

    def forecast(self, id: str, *, below: float | None = None, days: float | None = None) -> Forecast:
        """Return how an insight will fade unless somebody confirms it, and when it falls below a confidence."""
        return beliefs.forecast(self._app, self._caller, id, below=below, days=days)

    def half_lives(self) -> HalfLives:
        """Return the half-lives in use, in days, and those that the history suggests."""
        return beliefs.half_lives_of(self._app, self._caller)

    def sources(self) -> list[Source]:
        """List who said how much, and how far each is trusted."""
        return sources.known(self._app, self._caller)

    def trust(self, source: str, value: float) -> Source:
        """Set how far a source is trusted, from 0 (all that it said is retracted) to 1; the next runs believe accordingly."""
        return sources.trust(self._app, self._caller, source, value)

    def blast_radius(self, source: str) -> BlastRadius:
        """Return what rests on a source: insights, patterns and rules."""
        return sources.blast_radius(self._app, self._caller, source)

    def metrics(
        self, *, limit: int = 100, since: datetime | None = None, until: datetime | None = None, metric: str | None = None
    ) -> list[Snapshot]:
        """Return snapshots of the workspace's health, oldest first; with `metric` only this figure of each."""
        return knowledge.metrics(self._app, self._caller, limit=limit, since=since, until=until, metric=metric)
