"""Work with the insights and the candidates of a server."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from compoundry.client import calls, wiring
from compoundry.client.errors import Invalid
from compoundry.client.nouns import Body, Candidate, Insight, Learned, Pattern, Rule, Story

if TYPE_CHECKING:
    from compoundry.client.sync.client import Client

MOST = 1_000


class Insights:
    """Learn, read, edit and forget insights."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def add(self, content: str, *, entities: Sequence[str | Mapping[str, Any]] = (), **more: Any) -> str:
        """Learn one insight and return its id; `more` may be type, confidence, observed_at, source, evidence, external_id, metadata."""
        call = calls.learn(wiring.new_insight(content, entities, more), idempotency_key=wiring.fresh_key())
        return self._client.ask(call).ids[0]

    def add_all(self, given: Sequence[Mapping[str, Any]]) -> Learned:
        """Learn many insights, a thousand at a time; the good ones are kept, the others named in `errors` by their index."""
        told = Learned((), 0)
        for start in range(0, len(given), MOST):
            told = told.joined(self._some(given[start : start + MOST]), start)
        return told

    def list(
        self,
        *,
        limit: int = 20,
        last: str | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        type: str | None = None,
        entity: str | None = None,
        standing: str | None = None,
        as_of: datetime | str | None = None,
    ) -> tuple[Insight, ...]:
        """Return the newest insights of a standing (active), at most 100; `last` is like 1h30m, `as_of` asks what was believed then."""
        filters = {"type": type, "entity": entity, "standing": standing}
        return self._client.ask(calls.insights(limit=limit, last=last, since=since, until=until, as_of=as_of, **filters))

    def get(self, id: str) -> Insight:
        """Return one insight, whatever became of it."""
        return self._client.ask(calls.insight(id))

    def why(self, id: str) -> Story:
        """Return why an insight is as it is: what runs and people decided about it."""
        return self._client.ask(calls.why(id))

    def edit(self, id: str, *, version: int | None = None, **values: Any) -> Insight:
        """Change content, type, pinned or standing; Conflict when it isn't at this version any more."""
        return self._client.ask(calls.edit(id, values, version=version))

    def reinforce(self, id: str, **values: Any) -> Insight:
        """Add evidence: kind (confirmed, contradicted, observed), source, excerpt, weight, at."""
        return self._client.ask(calls.reinforce(id, values, idempotency_key=wiring.fresh_key()))

    def forecast(self, id: str, *, below: float | None = None, days: float | None = None) -> Body:
        """Return how an insight will fade unless somebody confirms it."""
        return self._client.ask(calls.forecast(id, below=below, days=days))

    def unmerge(self, id: str, *, whole: bool = False) -> Insight:
        """Let a merged insight (or the whole group that was merged into it) stand on its own again, and never merge those again."""
        return self._client.ask(calls.unmerge(id, whole=whole))

    def forget(self, id: str) -> None:
        """Erase an insight for good."""
        self._client.ask(calls.forget(id))

    def _some(self, given: Sequence[Mapping[str, Any]]) -> Learned:
        try:
            return self._client.ask(calls.learn(given, idempotency_key=wiring.fresh_key()))
        except Invalid as error:
            if "errors" not in error.details:
                raise
            return Learned.read(error.details)


class Candidates:
    """Decide what jobs only propose."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def list(self, *, status: str = "open", kind: str | None = None) -> Iterator[Candidate]:
        """Go through the candidates, the surest first."""
        return self._client.each(calls.candidates(status=status, kind=kind))

    def get(self, id: str) -> Candidate:
        """Return one candidate with its insights."""
        return self._client.ask(calls.candidate(id))

    def accept(
        self,
        candidate: Candidate | str,
        *,
        keep: str | None = None,
        only: Sequence[str] | None = None,
        content: str | None = None,
        note: str | None = None,
    ) -> Candidate:
        """Do what a candidate proposes; Conflict when somebody decided since it was read.

        `keep` names the insight that stays, `content` are better words for it; `only` names those of a group that it
        holds for.
        """
        return self._decide(candidate, "accept", {"keep": keep, "only": list(only) if only else None, "content": content, "note": note})

    def accept_many(self, kind: str, *, at_least: float = 0.0, most: int = 100, note: str = "") -> Body:
        """Accept the candidates of a kind from a score on; `accepted` and `refused` say what became of each."""
        return self._client.ask(calls.accept_many(kind, at_least=at_least, most=most, note=note))

    def reject(self, candidate: Candidate | str, *, note: str | None = None) -> Candidate:
        """Refuse a candidate for good."""
        return self._decide(candidate, "reject", {"note": note})

    def _decide(self, candidate: Candidate | str, verb: str, values: Mapping[str, Any]) -> Candidate:
        id, version = (candidate, None) if isinstance(candidate, str) else (candidate.id, candidate.version)
        return self._client.ask(calls.decide(id, verb, values, version=version))


class Rulebook:
    """Follow rules through their use, and patterns to their words."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def report(self, rule: str, outcome: str, *, session: str = "", note: str = "") -> Rule:
        """Say what following a rule led to: helped, harmed or not_applicable."""
        return self._client.ask(calls.report(rule, outcome, session=session, note=note))

    def reported(self, rule: str, *, limit: int = 50) -> tuple[Body, ...]:
        """Return what was reported of a rule, newest first."""
        return self._client.ask(calls.reported(rule, limit=limit))

    def lift(self, rule: str) -> Body:
        """Return how much more often things went well with a rule than without it."""
        return self._client.ask(calls.lift(rule))

    def load(self, document: str, *, name: str = "a file") -> Body:
        """Take over the rules of a file, such as AGENTS.md."""
        return self._client.ask(calls.import_rules(document, name=name))

    def polish(self, *, most: int = 10) -> Body:
        """Ask the server's language model for better words of rules; refused where the evidence lacks a word of them."""
        return self._client.ask(calls.polish(most=most))

    def why(self, rule: str) -> Body:
        """Return where a rule comes from: insights, pattern, and its history."""
        return self._client.ask(calls.why_rule(rule))

    def why_pattern(self, pattern: str) -> Body:
        """Return what a pattern stands on, and which rules stand on it."""
        return self._client.ask(calls.why_pattern(pattern))

    def rename(self, pattern: str, label: str) -> Pattern:
        """Give a pattern better words; jobs leave them alone from then on."""
        return self._client.ask(calls.rename(pattern, label))
