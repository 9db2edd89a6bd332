"""Follow what happens, and set how the workspace works, in process."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from compoundry.engine.courier import Courier
from compoundry.library.opened import Opened
from compoundry.model import Schedule
from compoundry.service import access, happening, moving, runs, schedules, webhooks
from compoundry.service.moving import Restored
from compoundry.service.schedules import Wanted
from compoundry.store.deliveries import Delivery
from compoundry.store.events import Event
from compoundry.store.webhooks import Webhook


class Operating(Opened):
    """Follow and configure."""

    def events(self, *, after: str | None = None, kinds: Sequence[str] = (), limit: int = 100) -> list[Event]:
        """Return what has happened after an event, oldest first."""
        return happening.events(self._app, self._caller, after=after, kinds=kinds, limit=limit)

    def scheduled(self) -> list[Schedule]:
        """Return when jobs come by themselves; a worker on this database must be running."""
        return schedules.scheduled(self._app, self._caller)

    def schedule(self, job_type: str, cron: str | None, *, time_zone: str = "UTC") -> list[Schedule]:
        """Let a job come by itself, `cron` having five fields meant in that time zone, or, with None, no more."""
        return schedules.schedule(self._app, self._caller, [Wanted(job_type, cron, time_zone)])

    def export(self, file: str | Path, *, vectors: bool = True) -> int:
        """Write the whole workspace into a file of JSON lines, which `restore` makes it again of; return how many lines."""
        with Path(file).open("wb") as out:
            return sum(1 for line in moving.export(self._app, self._caller, vectors=vectors) if out.write(line))

    def restore(self, file: str | Path) -> Restored:
        """Put an exported workspace into this one, which must be empty; all or nothing."""
        with Path(file).open("rb") as lines:
            return moving.restore(self._app, self._caller, lines)

    def add_webhook(self, url: str, *, kinds: Sequence[str] = ()) -> Webhook:
        """Send events of these kinds, or all, to a URL from now on; a worker on the same database delivers."""
        return webhooks.create(self._app, self._caller, url, kinds=kinds)

    def webhooks(self) -> list[Webhook]:
        """List the webhooks, oldest first."""
        return webhooks.known(self._app, self._caller)

    def rotate_webhook(self, id: str) -> Webhook:
        """Give a webhook a new secret; for a day messages are signed with the old one too."""
        return webhooks.rotate(self._app, self._caller, id)

    def resume_webhook(self, id: str) -> Webhook:
        """Let a webhook that was stopped hear again what happens from now on."""
        return webhooks.resume(self._app, self._caller, id)

    def delete_webhook(self, id: str) -> None:
        """Send nothing more to a webhook."""
        webhooks.delete(self._app, self._caller, id)

    def test_webhook(self, id: str) -> Delivery:
        """Send a message of kind webhook.test here and now, and return how that went."""
        made = webhooks.test(self._app, self._caller, id)
        return Courier(self._parts.shop, self._parts.postage).deliver_now(self.id, made.id)

    def deliveries(self, *, webhook: str | None = None, state: str | None = None, limit: int = 50) -> list[Delivery]:
        """List what was sent to webhooks, newest first; `state` is waiting, delivered or dead."""
        return webhooks.sent(self._app, self._caller, webhook=webhook, state=state, limit=limit)

    def delivery(self, id: str) -> Delivery:
        """Return one delivery; NotFound when there is none."""
        return webhooks.delivery(self._app, self._caller, id)

    def redeliver(self, id: str) -> Delivery:
        """Send a delivery once more here and now, under the same message id."""
        made = webhooks.redeliver(self._app, self._caller, id)
        return Courier(self._parts.shop, self._parts.postage).deliver_now(self.id, made.id)

    def policy(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the settings, job by job, with their defaults."""
        return access.policy(self._app, self._caller)

    def configure(self, section: str, **values: Any) -> Mapping[str, Any]:
        """Change settings of a job and return them; Invalid for what doesn't fit, None brings a default back."""
        return access.configure(self._app, self._caller, section, values)

    def state_hash(self) -> str:
        """Return a hash of everything that jobs can change; equal states have equal hashes."""
        return runs.state_hash(self._app, self._caller)
