"""Have a server send what happens to other servers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compoundry.client import webhooks
from compoundry.client.nouns import Body

if TYPE_CHECKING:
    from compoundry.client.sync.client import Client


class Webhooks:
    """Manage webhooks, and see what was sent."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def create(self, url: str, *, kinds: Sequence[str] = ()) -> Body:
        """Send events of these kinds, or all, to a URL; `secret` in the answer verifies them."""
        return self._client.ask(webhooks.create(url, kinds=kinds))

    def list(self) -> tuple[Body, ...]:
        """List the webhooks, oldest first."""
        return self._client.ask(webhooks.known())

    def rotate(self, id: str) -> Body:
        """Give a webhook a new secret; for a day messages are signed with the old one too."""
        return self._client.ask(webhooks.act(id, "rotate"))

    def resume(self, id: str) -> Body:
        """Let a webhook that was stopped hear again."""
        return self._client.ask(webhooks.act(id, "resume"))

    def delete(self, id: str) -> None:
        """Send nothing more to a webhook."""
        self._client.ask(webhooks.delete(id))

    def test(self, id: str) -> Body:
        """Send a message of kind webhook.test; `delivery` tells how that went."""
        return self._client.ask(webhooks.act(id, "test"))

    def sent(self, *, webhook: str | None = None, state: str | None = None, limit: int = 50) -> tuple[Body, ...]:
        """List what was sent, newest first; `state` is waiting, delivered or dead."""
        return self._client.ask(webhooks.sent(webhook=webhook, state=state, limit=limit))

    def delivery(self, id: str) -> Body:
        """Return one delivery."""
        return self._client.ask(webhooks.delivery(id))

    def redeliver(self, id: str) -> Body:
        """Send a delivery once more, under the same message id."""
        return self._client.ask(webhooks.redeliver(id))
