"""Learn, read and recall insights of a server."""

from collections.abc import Mapping, Sequence
from typing import Any

from compoundry.bringing import Brought
from compoundry.cli.desk import Filter
from compoundry.cli.remote.asking import AT_ONCE, Asking
from compoundry.client.errors import NotFound
from compoundry.client.nouns import Body, Insight, Story
from compoundry.errors import Invalid
from compoundry.service.intake import InsightIn


class Insights(Asking):
    """Learn, read and recall insights of a server."""

    def learn(self, given: Sequence[InsightIn]) -> Brought:
        told = self._client.insights.add_all([_spelled(one) for one in given])
        if told.errors:
            raise Invalid(str(told.errors[0]["message"]))
        return Brought(told.new, told.differing)

    def insights(self, wanted: Filter, *, last: str | None, since: str | None, until: str | None, as_of: str | None) -> list[Insight]:
        if wanted.limit > AT_ONCE:
            raise Invalid(f"a server lists at most {AT_ONCE} insights at once; narrow it with --from and --to")
        return list(self._client.insights.list(limit=wanted.limit, last=last, since=since, until=until, as_of=as_of, **wanted.given))

    def insight(self, id: str) -> Insight:
        return self._client.insights.get(id)

    def recall(self, query: str, *, limit: int, entity: str | None, as_of: str | None) -> list[Insight]:
        return list(self._client.recall(query, limit=limit, entity=entity, as_of=as_of))

    def contents(self, ids: Sequence[str]) -> dict[str, str]:
        return {id: found.content for id in ids if (found := self._perhaps(id))}

    def _perhaps(self, id: str) -> Insight | None:
        try:
            return self._client.insights.get(id)
        except NotFound:
            return None

    def why(self, id: str) -> Story:
        return self._client.insights.why(id)

    def edit(self, id: str, values: Mapping[str, Any]) -> Insight:
        return self._client.insights.edit(id, **values)

    def forecast(self, id: str, *, below: float | None, days: float | None) -> Body:
        return self._client.insights.forecast(id, below=below, days=days)

    def half_lives(self) -> Body:
        return self._client.half_lives()

    def sources(self) -> Sequence[Body]:
        return self._client.sources()

    def trust(self, source: str, value: float) -> Body:
        return self._client.trust(source, value)

    def blast_radius(self, source: str) -> Body:
        return self._client.blast_radius(source)

    def unmerge(self, id: str, *, whole: bool) -> Insight:
        return self._client.insights.unmerge(id, whole=whole)

    def forget(self, id: str) -> None:
        self._client.insights.forget(id)

    def reinforce(self, id: str, values: Mapping[str, Any]) -> Insight:
        return self._client.insights.reinforce(id, **values)


def _spelled(given: InsightIn) -> dict[str, Any]:
    return given.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
