"""Take in texts and answer questions from a database."""

from collections.abc import Sequence

from compoundry import wire
from compoundry.cli.local.opened import Opened
from compoundry.client.nouns import Body
from compoundry.engine.encoding import encode_missing
from compoundry.engine.notes import take_apart
from compoundry.pictures.graph import drawn
from compoundry.service import asking, graph, playbooks, telling


class Context(Opened):
    """Take in texts and answer questions from a database."""

    def tell(self, content: str, *, context: str) -> Body:
        told = telling.tell(self._app, self._caller, content, context=context)
        return wire.artifact(take_apart(self._parts.shop, told))

    def artifact(self, id: str) -> Body:
        return wire.artifact(telling.artifact(self._app, self._caller, id))

    def ask(self, query: str) -> Body:
        encode_missing(self._parts.shop, self._caller.workspace_id)
        return wire.reply(asking.ask(self._app, self._caller, query))

    def graph(self, *, limit: int) -> Body:
        return wire.graph(graph.graph(self._app, self._caller, limit=limit))

    def graph_page(self, *, limit: int) -> str:
        return drawn(graph.graph(self._app, self._caller, limit=limit))

    def playbooks(self) -> Sequence[Body]:
        return [wire.playbook(one) for one in playbooks.listed(self._app, self._caller)]

    def one_playbook(self, id: str) -> Body:
        found = playbooks.one(self._app, self._caller, id)
        return {**wire.playbook(found), "content": found.content}
