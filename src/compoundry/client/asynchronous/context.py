"""Tell a server texts, and ask it questions, while others work; the twin of `sync/context.py`."""

from typing import TYPE_CHECKING

from compoundry.client import calls, wiring
from compoundry.client.nouns import Body

if TYPE_CHECKING:
    from compoundry.client.asynchronous.client import AsyncClient


class AsyncContext:
    """Tell texts, ask questions, and see how things hang together."""

    def __init__(self, client: "AsyncClient") -> None:
        self._client = client

    async def tell(self, content: str, *, context: str = "", idempotency_key: str | None = None) -> str:
        """Store a text and return the id of its artifact; a worker cuts it into insights. `context` says what it is."""
        return await self._client.ask(calls.tell(content, context=context, idempotency_key=idempotency_key or wiring.fresh_key()))

    async def artifact(self, id: str) -> Body:
        """Return what became of a text; its `status` ends as completed or failed."""
        return await self._client.ask(calls.artifact(id))

    async def ask(self, query: str, *, session_id: str = "") -> Body:
        """Return an answer with citations; `metadata.known` says whether anything answers the question."""
        return await self._client.ask(calls.question(query, session_id=session_id))

    async def graph(self, *, limit: int = 200) -> Body:
        """Return the newest insights as a graph: `nodes` (`ei:` and `ki:` are insights) and `edges`."""
        return await self._client.ask(calls.graph(limit=limit))

    async def graph_page(self, *, limit: int = 200) -> str:
        """Return a picture of the graph: an HTML page that needs no network and no script."""
        return await self._client.ask(calls.graph_page(limit=limit))

    async def playbooks(self) -> tuple[Body, ...]:
        """List the playbooks: the team's, and one for each entity with rules."""
        return await self._client.ask(calls.playbooks())

    async def playbook(self, id: str = "team") -> Body:
        """Return one playbook, with its Markdown in `content`."""
        return await self._client.ask(calls.one_playbook(id))
