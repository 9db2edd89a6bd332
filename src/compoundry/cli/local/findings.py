"""Read and decide what jobs found in a database."""

from collections.abc import Sequence
from datetime import datetime

from compoundry import times, wire
from compoundry.cli.desk import Filter
from compoundry.cli.local.opened import Opened
from compoundry.client.nouns import Body, Candidate, Pattern, Rule, Snapshot
from compoundry.service import explaining, knowledge, polishing, review, rulebook
from compoundry.text import playbook as pages


class Findings(Opened):
    """Read and decide what jobs found in a database."""

    def candidates(self, wanted: Filter) -> list[Candidate]:
        return [self._candidate(asked) for asked in review.queue(self._app, self._caller, limit=wanted.limit, **wanted.given)]

    def candidate(self, id: str) -> Candidate:
        return self._candidate(review.one(self._app, self._caller, id))

    def accept(self, id: str, *, keep: str | None, only: Sequence[str] | None, content: str | None, note: str) -> Candidate:
        return self._candidate(*review.accept(self._app, self._caller, id, keep=keep, only=only, content=content, note=note))

    def accept_many(self, kind: str, *, at_least: float, most: int, note: str) -> Body:
        return wire.many(review.accept_many(self._app, self._caller, kind=kind, at_least=at_least, most=most, note=note))

    def reject(self, id: str, *, note: str) -> Candidate:
        return self._candidate(*review.reject(self._app, self._caller, id, note=note))

    def patterns(self, wanted: Filter, *, as_of: str | None) -> list[Pattern]:
        then = times.moment("as_of", as_of)
        found = knowledge.patterns(self._app, self._caller, limit=wanted.limit, as_of=then, **wanted.given)
        return [Pattern.read(wire.noun(one)) for one in found]

    def rules(self, wanted: Filter, *, as_of: str | None) -> list[Rule]:
        then = times.moment("as_of", as_of)
        found = knowledge.rules(self._app, self._caller, limit=wanted.limit, as_of=then, **wanted.given)
        return [Rule.read(wire.rule(one)) for one in found]

    def playbook(self, *, max_tokens: int | None, session: str) -> list[Rule]:
        found = rulebook.playbook(self._app, self._caller, max_tokens=max_tokens, session=session)
        return [Rule.read(wire.rule(one)) for one in found]

    def playbook_page(self, format: str, *, max_tokens: int | None, session: str) -> str:
        found = rulebook.playbook(self._app, self._caller, max_tokens=max_tokens, session=session, format=format)
        return pages.written(found, format)

    def report(self, rule: str, outcome: str, *, session: str, note: str) -> Rule:
        return Rule.read(wire.rule(rulebook.report(self._app, self._caller, rule, outcome, session=session, note=note)))

    def reported(self, rule: str, *, limit: int) -> list[Body]:
        return [wire.outcome(one) for one in rulebook.reported(self._app, self._caller, rule, limit=limit)]

    def lift(self, rule: str) -> Body:
        return wire.lift(rulebook.lift_of(self._app, self._caller, rule))

    def import_rules(self, document: str, *, name: str) -> Body:
        return wire.imported(rulebook.import_rules(self._app, self._caller, document, name=name))

    def polish(self, *, most: int) -> Body:
        return wire.polished(polishing.polish(self._app, self._caller, most=most))

    def why_rule(self, id: str) -> Body:
        return wire.chain(explaining.why_rule(self._app, self._caller, id), self._caller.workspace_id)

    def why_pattern(self, id: str) -> Body:
        return wire.chain(explaining.why_pattern(self._app, self._caller, id), self._caller.workspace_id)

    def rename(self, pattern: str, label: str) -> Pattern:
        return Pattern.read(wire.noun(review.rename(self._app, self._caller, pattern, label)))

    def metrics(self, *, limit: int, since: datetime | None, until: datetime | None) -> list[Snapshot]:
        found = knowledge.metrics(self._app, self._caller, limit=limit, since=since, until=until)
        return [Snapshot.read(wire.noun(one)) for one in found]
