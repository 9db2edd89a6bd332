"""Trigger, follow and take back runs of a server."""

from collections.abc import Sequence

from compoundry.cli.desk import Filter, Told
from compoundry.cli.remote.asking import AT_ONCE, Asking, first
from compoundry.client.nouns import Body, Change, Disposition, Run


class Runs(Asking):
    """Trigger, follow and take back runs of a server."""

    def trigger(self, job_type: str, *, dry_run: bool) -> Run:
        return self._client.trigger(job_type, dry_run=dry_run).run

    def finish(self, run: Run, told: Told, *, timeout_s: float | None) -> Run:
        return self._client.run(run.id).wait(timeout_s, told, check=False)

    def status(self, id: str) -> Run:
        return self._client.status(id)

    def runs(self, wanted: Filter) -> list[Run]:
        return first(wanted.limit, self._client.runs(**wanted.given))

    def changes(self, id: str, *, limit: int | None) -> list[Change]:
        return first(limit, self._client.changes(id))

    def dispositions(self, id: str, *, outcome: str | None, limit: int | None) -> list[Disposition]:
        return first(limit, self._client.dispositions(id, outcome=outcome))

    def apply(self, id: str) -> Run:
        return self._client.apply(id).run

    def revert(self, id: str) -> Run:
        return self._client.revert(id).run

    def retry(self, id: str) -> Run:
        return self._client.retry(id).run

    def cancel(self, id: str) -> Run:
        return self._client.cancel(id)

    def scheduled(self) -> Sequence[Body]:
        return self._client.scheduled()

    def schedule(self, job_type: str, cron: str | None, *, time_zone: str) -> Sequence[Body]:
        return self._client.schedule(job_type, cron, time_zone=time_zone)

    def events(self, *, after: str | None, kinds: Sequence[str], limit: int) -> Sequence[Body]:
        return self._client.past_events(after=after, kinds=kinds, limit=min(limit, AT_ONCE))
