"""Configure, export and follow a workspace of a server."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from compoundry.cli.remote.asking import AT_ONCE, TIMEOUT_S, Asking
from compoundry.client.nouns import Body

_LOOK_S = 0.2


class Settings(Asking):
    """Configure, export and follow a workspace of a server."""

    def export(self, *, vectors: bool) -> Iterator[bytes]:
        return self._client.export(vectors=vectors)

    def restore(self, lines: Iterable[bytes]) -> Body:
        return self._client.restore(lines)

    def create_webhook(self, url: str, kinds: Sequence[str]) -> Body:
        return self._client.webhooks.create(url, kinds=kinds)

    def webhooks(self) -> Sequence[Body]:
        return self._client.webhooks.list()

    def rotate_webhook(self, id: str) -> Body:
        return self._client.webhooks.rotate(id)

    def resume_webhook(self, id: str) -> Body:
        return self._client.webhooks.resume(id)

    def delete_webhook(self, id: str) -> None:
        self._client.webhooks.delete(id)

    def test_webhook(self, id: str) -> Body:
        """Wait until the server's worker has tried once."""
        sent = self._client.webhooks.test(id)
        until = time.monotonic() + TIMEOUT_S
        while not sent["answer"] and sent["state"] == "waiting" and time.monotonic() < until:
            time.sleep(_LOOK_S)
            sent = self._client.webhooks.delivery(sent["id"])
        return sent

    def deliveries(self, *, webhook: str | None, state: str | None, limit: int) -> Sequence[Body]:
        return self._client.webhooks.sent(webhook=webhook, state=state, limit=min(limit, AT_ONCE))

    def redeliver(self, id: str) -> Body:
        return self._client.webhooks.redeliver(id)

    def policy(self) -> Body:
        return self._client.policy()

    def configure(self, section: str, settings: Mapping[str, Any]) -> Body:
        return self._client.configure(section, **settings)
