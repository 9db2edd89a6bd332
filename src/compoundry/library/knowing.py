"""Learn, read, recall and ask, in process."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from compoundry.bringing import Brought, Report, bring_in, brought, mapped
from compoundry.engine.notes import take_apart
from compoundry.errors import Invalid
from compoundry.library.opened import Opened
from compoundry.library.shown import Drawn
from compoundry.model import Artifact, EvidenceKind, Insight
from compoundry.service import asking, explaining, graph, insights, telling
from compoundry.service.asking import Reply
from compoundry.service.explaining import Story
from compoundry.service.intake import InsightIn, read, read_line
from compoundry.service.recalling import Recalled, recall
from compoundry.store.insights import Learned

_BATCH = insights.MOST


class Knowing(Opened):
    """Learn and recall."""

    def add(
        self, content: str, *, entities: Sequence[str | Mapping[str, Any]] = (), observed_at: datetime | str | None = None, **more: Any
    ) -> str:
        """Learn one insight and return its id; one with a known `external_id` is not learned again.

        `more` may be type, confidence (0 to 1), source, evidence, external_id, pinned, metadata.
        Raises Invalid, naming the field, for anything that can't be understood.
        """
        if unknown := sorted(set(more) - set(InsightIn.model_fields)):
            instead = "say observed_at" if unknown[0] == "created_at" else "keep such things in metadata"
            raise Invalid(f"an insight has no {unknown[0]!r}; {instead}")
        if isinstance(entities, str) or not all(isinstance(one, str | Mapping) for one in entities):
            raise Invalid("entities: must be a list of names, or of objects with a name")
        given = {"content": content, "entities": [_entity(e) for e in entities], "observed_at": observed_at, **more}
        (learned,) = insights.learn(self._app, self._caller, [read(given)], keep_created_at=True)
        return learned.id

    def add_all(self, given: Sequence[Mapping[str, Any]]) -> list[Learned]:
        """Learn many insights, each as a line of an import file; all or none of each thousand."""
        lines = [read_line(one) for one in given]
        batches = (lines[start : start + _BATCH] for start in range(0, len(lines), _BATCH))
        return [learned for batch in batches for learned in insights.learn(self._app, self._caller, batch, keep_created_at=True)]

    def load(self, file: str | Path, *, format: str | None = None, renamed: Mapping[str, str] | None = None) -> Report:
        """Learn all that a file holds: our own lines, CSV, Parquet, or what another memory tool keeps; nothing twice.

        `format` is lines, mem0, hindsight, letta, langgraph, graphiti or rules, and else looked at; `renamed` gives their
        names of columns ours. The report says what was refused, left out, or has no place here. Raises Invalid when nobody
        can tell what the file is, MissingExtra for Parquet without pyarrow.
        """

        def learn(given: Sequence[InsightIn]) -> Brought:
            return brought(insights.learn(self._app, self._caller, given, keep_created_at=True))

        with mapped(Path(file)) as raw:
            return bring_in(raw, Path(file), learn, format=format, renamed=renamed)

    def insights(
        self,
        *,
        limit: int = 20,
        last: timedelta | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        as_of: datetime | None = None,
        **filters: str | None,
    ) -> list[Insight]:
        """Return the newest active insights, or what was believed at a time; `filters` are type, entity and standing."""
        return insights.recent(self._app, self._caller, limit=limit, last=last, since=since, until=until, as_of=as_of, **filters)

    def insight(self, id: str) -> Insight:
        """Return one insight, whatever became of it; NotFound when there is none."""
        return insights.one(self._app, self._caller, id)

    def why(self, id: str) -> Story:
        """Return why an insight is as it is: what runs and people decided about it."""
        return explaining.why(self._app, self._caller, id)

    def edit(self, id: str, *, version: int | None = None, **values: Any) -> Insight:
        """Change content, type, pinned or standing (active, archived) of an insight."""
        return insights.edit(self._app, self._caller, id, values, version=version)

    def reinforce(self, id: str, *, kind: EvidenceKind = "confirmed", at: datetime | None = None, **more: Any) -> Insight:
        """Add evidence for an insight, or against it; `more` may be source, excerpt and weight (0 to 1)."""
        return insights.reinforce(self._app, self._caller, id, kind=kind, at=at, **more)

    def recall(
        self, query: str, *, limit: int = 10, entity: str | None = None, as_of: datetime | None = None, max_tokens: int | None = None
    ) -> list[Recalled]:
        """Return what is known about a question, the best answers first, at most so many, and at most so many tokens in all."""
        self._encoded()
        return recall(self._app, self._caller, query, limit=limit, entity=entity, as_of=as_of, max_tokens=max_tokens)

    def forget(self, id: str) -> None:
        """Erase an insight for good, with what was merged into it."""
        insights.forget(self._app, self._caller, id)

    def tell(self, content: str, *, context: str = "") -> Artifact:
        """Cut a text into insights, the sentences about known or named entities; `context` says what it is."""
        return take_apart(self._parts.shop, telling.tell(self._app, self._caller, content, context=context))

    def artifact(self, id: str) -> Artifact:
        """Return a text that was told, and what became of it."""
        return telling.artifact(self._app, self._caller, id)

    def ask(self, query: str) -> Reply:
        """Answer a question with what is known, quoted and cited; `known` is False when nothing answers it."""
        self._encoded()
        return asking.ask(self._app, self._caller, query)

    def graph(self, *, limit: int = 200) -> Drawn:
        """Return the newest insights, what they are about, and what joins them; a notebook draws it."""
        return Drawn(graph.graph(self._app, self._caller, limit=limit))


def _entity(given: str | Mapping[str, Any]) -> dict[str, Any]:
    return {"name": given} if isinstance(given, str) else dict(given)
