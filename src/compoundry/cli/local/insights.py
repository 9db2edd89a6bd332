"""Learn, read and recall insights of a database."""

from collections.abc import Mapping, Sequence
from typing import Any

from compoundry import times, wire
from compoundry.bringing import Brought, brought
from compoundry.cli.desk import Filter
from compoundry.cli.local.opened import Opened
from compoundry.client.nouns import Body, Insight, Story
from compoundry.engine.encoding import encode_missing
from compoundry.service import beliefs, explaining, insights, recalling, review, sources
from compoundry.service.intake import InsightIn


class Insights(Opened):
    """Learn, read and recall insights of a database."""

    def learn(self, given: Sequence[InsightIn]) -> Brought:
        return brought(insights.learn(self._app, self._caller, given, keep_created_at=True))

    def insights(self, wanted: Filter, *, last: str | None, since: str | None, until: str | None, as_of: str | None) -> list[Insight]:
        span = times.duration(last) if last is not None else None
        start, end, then = times.moment("from", since), times.moment("to", until), times.moment("as_of", as_of)
        limit, given = wanted.limit, wanted.given
        found = insights.recent(self._app, self._caller, limit=limit, last=span, since=start, until=end, as_of=then, **given)
        return [self._insight(one) for one in found]

    def insight(self, id: str) -> Insight:
        return self._insight(insights.one(self._app, self._caller, id))

    def recall(self, query: str, *, limit: int, entity: str | None, as_of: str | None) -> list[Insight]:
        encode_missing(self._parts.shop, self._caller.workspace_id)
        then = times.moment("as_of", as_of)
        found = recalling.recall(self._app, self._caller, query, limit=limit, entity=entity, as_of=then)
        return [Insight.read(wire.recalled(one, self._caller.workspace_id)) for one in found]

    def contents(self, ids: Sequence[str]) -> dict[str, str]:
        return {id: found.content for id, found in insights.named(self._app, self._caller, ids).items()}

    def why(self, id: str) -> Story:
        return Story.read(wire.story(explaining.why(self._app, self._caller, id), self._caller.workspace_id))

    def edit(self, id: str, values: Mapping[str, Any]) -> Insight:
        return self._insight(insights.edit(self._app, self._caller, id, values))

    def unmerge(self, id: str, *, whole: bool) -> Insight:
        run = review.unmerge(self._app, self._caller, id, whole=whole)
        found = insights.named(self._app, self._caller, [id])[id]
        return Insight.read({**wire.insight(found, self._caller.workspace_id), "job_run_id": run.id})

    def forget(self, id: str) -> None:
        insights.forget(self._app, self._caller, id)

    def reinforce(self, id: str, values: Mapping[str, Any]) -> Insight:
        return self._insight(insights.reinforce(self._app, self._caller, id, **values))

    def forecast(self, id: str, *, below: float | None, days: float | None) -> Body:
        return wire.forecast(beliefs.forecast(self._app, self._caller, id, below=below, days=days))

    def half_lives(self) -> Body:
        return wire.half_lives(beliefs.half_lives_of(self._app, self._caller))

    def sources(self) -> list[Body]:
        return [wire.source(one) for one in sources.known(self._app, self._caller)]

    def trust(self, source: str, value: float) -> Body:
        return wire.source(sources.trust(self._app, self._caller, source, value))

    def blast_radius(self, source: str) -> Body:
        return wire.blast_radius(sources.blast_radius(self._app, self._caller, source))
