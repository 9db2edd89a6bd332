"""Run jobs and decide what they only propose, in process."""

from collections.abc import Sequence
from typing import Any

from compoundry.library.opened import Opened
from compoundry.library.run import Run
from compoundry.model import Candidate
from compoundry.service import review, runs


class Reviewing(Opened):
    """Run jobs and decide."""

    def run(self, job_type: str, *, dry_run: bool = False) -> Run:
        """Run a job here and now, and return how it ended; look at `run.state` for failed ones."""
        return self._carried_out(runs.trigger(self._app, self._caller, job_type, dry_run=dry_run))

    def runs(self, *, limit: int = 50, **filters: Any) -> list[Run]:
        """List runs, newest first; `filters` are job_type, state, dry_run and act."""
        return [Run(self, record) for record in runs.newest(self._app, self._caller, limit=limit, **filters)]

    def candidates(self, *, limit: int = 50, status: str = "open", kind: str | None = None) -> list[Candidate]:
        """List what waits for a person, the surest first."""
        return review.queue(self._app, self._caller, limit=limit, status=status, kind=kind)

    def candidate(self, id: str) -> Candidate:
        """Return one candidate; NotFound when there is none."""
        return review.one(self._app, self._caller, id)

    def accept(
        self,
        candidate: Candidate | str,
        *,
        keep: str | None = None,
        only: Sequence[str] | None = None,
        content: str | None = None,
        note: str = "",
    ) -> Run:
        """Do what a candidate proposes, for `only` these of a group, `content` being better words; the run can be reverted."""
        id, version = _seen(candidate)
        done = review.accept(self._app, self._caller, id, version=version, keep=keep, only=only, content=content, note=note)
        return Run(self, done[1])

    def accept_many(self, kind: str, *, at_least: float = 0.0, most: int = 100, note: str = "") -> review.Many:
        """Accept the candidates of a kind from a score on, the surest first; says which were refused, and why."""
        return review.accept_many(self._app, self._caller, kind=kind, at_least=at_least, most=most, note=note)

    def reject(self, candidate: Candidate | str, *, note: str = "") -> Run:
        """Refuse a candidate for good."""
        id, version = _seen(candidate)
        return Run(self, review.reject(self._app, self._caller, id, version=version, note=note)[1])

    def unmerge(self, id: str, *, whole: bool = False) -> Run:
        """Let a merged insight (or the whole group that was merged into it) stand on its own again, and never merge those again."""
        return Run(self, review.unmerge(self._app, self._caller, id, whole=whole))


def _seen(candidate: Candidate | str) -> tuple[str, int | None]:
    """Guard against another reviewer: a candidate that was read must still be at the version that was read."""
    return (candidate, None) if isinstance(candidate, str) else (candidate.id, candidate.version)
