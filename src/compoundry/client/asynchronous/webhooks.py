"""Have a server send what happens to other servers; the twin of `sync`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compoundry.client import webhooks
from compoundry.client.nouns import Body

if TYPE_CHECKING:
    from compoundry.client.asynchronous.client import AsyncClient


class AsyncWebhooks:
    """Manage webhooks, and see what was sent."""

    def __init__(self, client: "AsyncClient") -> None:
        self._client = client

    async def create(self, url: str, *, kinds: Sequence[str] = ()) -> Body:
        """Send events of these kinds, or all, to a URL; `secret` in the answer verifies them."""
        return await self._client.ask(webhooks.create(url, kinds=kinds))

    async def list(self) -> tuple[Body, ...]:
        """List the webhooks, oldest first."""
        return await self._client.ask(webhooks.known())

    async def rotate(self, id: str) -> Body:
        """Give a webhook a new secret; for a day messages are signed with the old one too."""
        return await self._client.ask(webhooks.act(id, "rotate"))

    async def resume(self, id: str) -> Body:
        """Let a webhook that was stopped hear again."""
        return await self._client.ask(webhooks.act(id, "resume"))

    async def delete(self, id: str) -> None:
        """Send nothing more to a webhook."""
        await self._client.ask(webhooks.delete(id))

    async def test(self, id: str) -> Body:
        """Send a message of kind webhook.test; `delivery` tells how that went."""
        return await self._client.ask(webhooks.act(id, "test"))

    async def sent(self, *, webhook: str | None = None, state: str | None = None, limit: int = 50) -> tuple[Body, ...]:
        """List what was sent, newest first; `state` is waiting, delivered or dead."""
        return await self._client.ask(webhooks.sent(webhook=webhook, state=state, limit=limit))

    async def delivery(self, id: str) -> Body:
        """Return one delivery."""
        return await self._client.ask(webhooks.delivery(id))

    async def redeliver(self, id: str) -> Body:
        """Send a delivery once more, under the same message id."""
        return await self._client.ask(webhooks.redeliver(id))
