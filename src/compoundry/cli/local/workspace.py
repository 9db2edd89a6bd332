"""Configure, export and follow a workspace of a database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from compoundry import wire
from compoundry.cli.local.opened import Opened
from compoundry.client.nouns import Body
from compoundry.engine.courier import Courier
from compoundry.service import access, moving, webhooks


class Settings(Opened):
    """Configure, export and follow a workspace of a database."""

    def export(self, *, vectors: bool) -> Iterator[bytes]:
        return moving.export(self._app, self._caller, vectors=vectors)

    def restore(self, lines: Iterable[bytes]) -> Body:
        return wire.restored(moving.restore(self._app, self._caller, lines))

    def create_webhook(self, url: str, kinds: Sequence[str]) -> Body:
        return wire.webhook(webhooks.create(self._app, self._caller, url, kinds=kinds), secret=True)

    def webhooks(self) -> list[Body]:
        return [wire.webhook(one) for one in webhooks.known(self._app, self._caller)]

    def rotate_webhook(self, id: str) -> Body:
        return wire.webhook(webhooks.rotate(self._app, self._caller, id), secret=True)

    def resume_webhook(self, id: str) -> Body:
        return wire.webhook(webhooks.resume(self._app, self._caller, id))

    def delete_webhook(self, id: str) -> None:
        webhooks.delete(self._app, self._caller, id)

    def test_webhook(self, id: str) -> Body:
        made = webhooks.test(self._app, self._caller, id)
        self._courier().deliver_now(self._caller.workspace_id, made.id)
        return wire.delivery(webhooks.delivery(self._app, self._caller, made.id))

    def deliveries(self, *, webhook: str | None, state: str | None, limit: int) -> list[Body]:
        return [wire.delivery(one) for one in webhooks.sent(self._app, self._caller, webhook=webhook, state=state, limit=limit)]

    def redeliver(self, id: str) -> Body:
        made = webhooks.redeliver(self._app, self._caller, id)
        return wire.delivery(self._courier().deliver_now(self._caller.workspace_id, made.id))

    def _courier(self) -> Courier:
        return Courier(self._parts.shop, self._parts.postage)

    def policy(self) -> Body:
        return access.policy(self._app, self._caller)

    def configure(self, section: str, settings: Mapping[str, Any]) -> Body:
        return access.configure(self._app, self._caller, section, settings)
