"""Trigger, follow and take back runs of a database."""

import threading
import time
from collections.abc import Sequence

from compoundry import wire
from compoundry.cli.desk import Filter, Told
from compoundry.cli.local.opened import Opened, accepted, shown
from compoundry.client.errors import TimedOut
from compoundry.client.nouns import Body, Change, Disposition, Progress, Run
from compoundry.engine import inline
from compoundry.lifecycle import finished
from compoundry.model import Run as StoredRun
from compoundry.service import happening, runs, schedules
from compoundry.service.schedules import Wanted

_LOOK_S = 0.1


class Runs(Opened):
    """Trigger, follow and take back runs of a database."""

    def trigger(self, job_type: str, *, dry_run: bool) -> Run:
        return accepted(runs.trigger(self._app, self._caller, job_type, dry_run=dry_run))

    def finish(self, run: Run, told: Told, *, timeout_s: float | None) -> Run:
        """Carry the run out beside this thread, which reports and hears Ctrl-C at once; native code doesn't."""
        failed: list[BaseException] = []
        stored = runs.status(self._app, self._caller, run.id)
        threading.Thread(target=self._carry_out, args=(stored, failed), daemon=True).start()
        until = time.monotonic() + timeout_s if timeout_s is not None else float("inf")
        while not finished(now := runs.status(self._app, self._caller, run.id)):
            if failed:
                raise failed[0]
            if time.monotonic() > until:
                raise TimedOut(f"the run has not ended after {timeout_s:g} s; compoundry status {run.id} tells how it is doing", shown(now))
            told(Progress(now.stage, now.processed, now.total, now.progress_at))
            time.sleep(_LOOK_S)
        return shown(now)

    def _carry_out(self, run: StoredRun, failed: list[BaseException]) -> None:
        try:
            inline.carry_out(self._parts.shop, run)
        except Exception as error:
            failed.append(error)

    def status(self, id: str) -> Run:
        return shown(runs.status(self._app, self._caller, id))

    def runs(self, wanted: Filter) -> list[Run]:
        given = {"state" if name == "status" else name: value for name, value in wanted.given.items()}
        return [shown(run) for run in runs.newest(self._app, self._caller, limit=wanted.limit, **given)]

    def changes(self, id: str, *, limit: int | None) -> list[Change]:
        return [Change.read(wire.change(*pair)) for pair in runs.changes(self._app, self._caller, id, limit=limit)]

    def dispositions(self, id: str, *, outcome: str | None, limit: int | None) -> list[Disposition]:
        told = runs.dispositions(self._app, self._caller, id)
        return [Disposition.read(wire.disposition(d)) for d in told if outcome in (None, d.outcome)][:limit]

    def apply(self, id: str) -> Run:
        return accepted(runs.apply(self._app, self._caller, id))

    def revert(self, id: str) -> Run:
        return accepted(runs.revert(self._app, self._caller, id))

    def retry(self, id: str) -> Run:
        return accepted(runs.retry(self._app, self._caller, id))

    def cancel(self, id: str) -> Run:
        return shown(runs.cancel(self._app, self._caller, id))

    def scheduled(self) -> list[Body]:
        return [wire.schedule(one) for one in schedules.scheduled(self._app, self._caller)]

    def schedule(self, job_type: str, cron: str | None, *, time_zone: str) -> list[Body]:
        wanted = [Wanted(job_type, cron, time_zone)]
        return [wire.schedule(one) for one in schedules.schedule(self._app, self._caller, wanted)]

    def events(self, *, after: str | None, kinds: Sequence[str], limit: int) -> list[Body]:
        return [wire.event(one) for one in happening.events(self._app, self._caller, after=after, kinds=kinds, limit=limit)]
