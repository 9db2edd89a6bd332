"""Read and decide what jobs found on a server."""

from collections.abc import Sequence
from datetime import datetime

from compoundry.cli.desk import Filter
from compoundry.cli.remote.asking import AT_ONCE, Asking, first
from compoundry.client.nouns import Body, Candidate, Pattern, Rule, Snapshot


class Findings(Asking):
    """Read and decide what jobs found on a server."""

    def candidates(self, wanted: Filter) -> list[Candidate]:
        return first(wanted.limit, self._client.candidates.list(**wanted.given))

    def candidate(self, id: str) -> Candidate:
        return self._client.candidates.get(id)

    def accept(self, id: str, *, keep: str | None, only: Sequence[str] | None, content: str | None, note: str) -> Candidate:
        return self._client.candidates.accept(id, keep=keep, only=only, content=content, note=note or None)

    def accept_many(self, kind: str, *, at_least: float, most: int, note: str) -> Body:
        return self._client.candidates.accept_many(kind, at_least=at_least, most=most, note=note)

    def reject(self, id: str, *, note: str) -> Candidate:
        return self._client.candidates.reject(id, note=note or None)

    def patterns(self, wanted: Filter, *, as_of: str | None) -> list[Pattern]:
        return first(wanted.limit, self._client.patterns(as_of=as_of, **wanted.given))

    def rules(self, wanted: Filter, *, as_of: str | None) -> list[Rule]:
        return first(wanted.limit, self._client.rules(as_of=as_of, **wanted.given))

    def playbook(self, *, max_tokens: int | None, session: str) -> list[Rule]:
        return list(self._client.playbook(max_tokens=max_tokens, session=session or None))

    def playbook_page(self, format: str, *, max_tokens: int | None, session: str) -> str:
        return self._client.playbook_page(format, max_tokens=max_tokens, session=session or None)

    def report(self, rule: str, outcome: str, *, session: str, note: str) -> Rule:
        return self._client.rulebook.report(rule, outcome, session=session, note=note)

    def reported(self, rule: str, *, limit: int) -> Sequence[Body]:
        return self._client.rulebook.reported(rule, limit=min(limit, AT_ONCE))

    def lift(self, rule: str) -> Body:
        return self._client.rulebook.lift(rule)

    def import_rules(self, document: str, *, name: str) -> Body:
        return self._client.rulebook.load(document, name=name)

    def polish(self, *, most: int) -> Body:
        return self._client.rulebook.polish(most=most)

    def why_rule(self, id: str) -> Body:
        return self._client.rulebook.why(id)

    def why_pattern(self, id: str) -> Body:
        return self._client.rulebook.why_pattern(id)

    def rename(self, pattern: str, label: str) -> Pattern:
        return self._client.rulebook.rename(pattern, label)

    def metrics(self, *, limit: int, since: datetime | None, until: datetime | None) -> list[Snapshot]:
        return list(self._client.metrics(limit=min(limit, AT_ONCE), since=since, until=until))
