"""Tell a server texts, and ask it questions."""

from typing import TYPE_CHECKING

from compoundry.client import calls, wiring
from compoundry.client.nouns import Body

if TYPE_CHECKING:
    from compoundry.client.sync.client import Client


class Context:
    """Tell texts, ask questions, and see how things hang together."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def tell(self, content: str, *, context: str = "", idempotency_key: str | None = None) -> str:
        """Store a text and return the id of its artifact; a worker cuts it into insights. `context` says what it is."""
        return self._client.ask(calls.tell(content, context=context, idempotency_key=idempotency_key or wiring.fresh_key()))

    def artifact(self, id: str) -> Body:
        """Return what became of a text; its `status` ends as completed or failed."""
        return self._client.ask(calls.artifact(id))

    def ask(self, query: str, *, session_id: str = "") -> Body:
        """Return an answer with citations; `metadata.known` says whether anything answers the question."""
        return self._client.ask(calls.question(query, session_id=session_id))

    def graph(self, *, limit: int = 200) -> Body:
        """Return the newest insights as a graph: `nodes` (`ei:` and `ki:` are insights) and `edges`."""
        return self._client.ask(calls.graph(limit=limit))

    def graph_page(self, *, limit: int = 200) -> str:
        """Return a picture of the graph: an HTML page that needs no network and no script."""
        return self._client.ask(calls.graph_page(limit=limit))

    def playbooks(self) -> tuple[Body, ...]:
        """List the playbooks: the team's, and one for each entity with rules."""
        return self._client.ask(calls.playbooks())

    def playbook(self, id: str = "team") -> Body:
        """Return one playbook, with its Markdown in `content`."""
        return self._client.ask(calls.one_playbook(id))
