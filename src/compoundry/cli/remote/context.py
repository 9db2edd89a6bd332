"""Take in texts and answer questions from a server."""

from collections.abc import Sequence

from compoundry.cli.remote.asking import Asking
from compoundry.client.nouns import Body


class Context(Asking):
    """Take in texts and answer questions from a server."""

    def tell(self, content: str, *, context: str) -> Body:
        return self.artifact(self._client.context.tell(content, context=context))

    def artifact(self, id: str) -> Body:
        return {"artifact_id": id, **self._client.context.artifact(id)}

    def ask(self, query: str) -> Body:
        return self._client.context.ask(query)

    def graph(self, *, limit: int) -> Body:
        return self._client.context.graph(limit=limit)

    def graph_page(self, *, limit: int) -> str:
        return self._client.context.graph_page(limit=limit)

    def playbooks(self) -> Sequence[Body]:
        return self._client.context.playbooks()

    def one_playbook(self, id: str) -> Body:
        return self._client.context.playbook(id)
