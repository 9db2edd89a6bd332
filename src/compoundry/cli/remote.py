"""Answer commands from a server, through the client."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from compoundry.bringing import Brought
from compoundry.cli.desk import Desk, Filter, Told
from compoundry.cli.where import Where
from compoundry.client import Client, Retries
from compoundry.client.errors import NotFound
from compoundry.client.nouns import Body, Candidate, Change, Disposition, Insight, Pattern, Rule, Run, Snapshot, Story
from compoundry.errors import Invalid, Unauthenticated
from compoundry.service.intake import InsightIn

T = TypeVar("T")

_TIMEOUT_S = 30.0
_RETRIES = Retries(most=2)
_AT_ONCE = 100
_LOOK_S = 0.2


@contextmanager
def remote_desk(where: Where) -> Iterator[Desk]:
    """Open the desk of the workspace that the key belongs to."""
    if not where.key:
        raise Unauthenticated("a server needs a key: set COMPOUNDRY_API_KEY, or use --api-key")
    if where.workspace is not None:
        raise Invalid("a server's key belongs to one workspace; leave --workspace out, or take a key of the other one")
    with Client(where.server or "", where.key, timeout_s=_TIMEOUT_S, retries=_RETRIES) as client:
        yield RemoteDesk(client)


class RemoteDesk:
    """Take orders for one workspace of a server."""

    carries_out = False

    def __init__(self, client: Client) -> None:
        self._client = client

    def trigger(self, job_type: str, *, dry_run: bool) -> Run:
        return self._client.trigger(job_type, dry_run=dry_run).run

    def finish(self, run: Run, told: Told, *, timeout_s: float | None) -> Run:
        return self._client.run(run.id).wait(timeout_s, told, check=False)

    def status(self, id: str) -> Run:
        return self._client.status(id)

    def runs(self, wanted: Filter) -> list[Run]:
        return _first(wanted.limit, self._client.runs(**wanted.given))

    def changes(self, id: str, *, limit: int | None) -> list[Change]:
        return _first(limit, self._client.changes(id))

    def dispositions(self, id: str, *, outcome: str | None, limit: int | None) -> list[Disposition]:
        return _first(limit, self._client.dispositions(id, outcome=outcome))

    def apply(self, id: str) -> Run:
        return self._client.apply(id).run

    def revert(self, id: str) -> Run:
        return self._client.revert(id).run

    def retry(self, id: str) -> Run:
        return self._client.retry(id).run

    def cancel(self, id: str) -> Run:
        return self._client.cancel(id)

    def learn(self, given: Sequence[InsightIn]) -> Brought:
        told = self._client.insights.add_all([_spelled(one) for one in given])
        if told.errors:
            raise Invalid(str(told.errors[0]["message"]))
        return Brought(told.new, told.differing)

    def insights(self, wanted: Filter, *, last: str | None, since: str | None, until: str | None, as_of: str | None) -> list[Insight]:
        if wanted.limit > _AT_ONCE:
            raise Invalid(f"a server lists at most {_AT_ONCE} insights at once; narrow it with --from and --to")
        return list(self._client.insights.list(limit=wanted.limit, last=last, since=since, until=until, as_of=as_of, **wanted.given))

    def insight(self, id: str) -> Insight:
        return self._client.insights.get(id)

    def recall(self, query: str, *, limit: int, entity: str | None, as_of: str | None) -> list[Insight]:
        return list(self._client.recall(query, limit=limit, entity=entity, as_of=as_of))

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

    def unmerge(self, id: str) -> Insight:
        return self._client.insights.unmerge(id)

    def forget(self, id: str) -> None:
        self._client.insights.forget(id)

    def reinforce(self, id: str, values: Mapping[str, Any]) -> Insight:
        return self._client.insights.reinforce(id, **values)

    def candidates(self, wanted: Filter) -> list[Candidate]:
        return _first(wanted.limit, self._client.candidates.list(**wanted.given))

    def candidate(self, id: str) -> Candidate:
        return self._client.candidates.get(id)

    def accept(self, id: str, *, keep: str | None, only: Sequence[str] | None, content: str | None, note: str) -> Candidate:
        return self._client.candidates.accept(id, keep=keep, only=only, content=content, note=note or None)

    def accept_many(self, kind: str, *, at_least: float, most: int, note: str) -> Body:
        return self._client.candidates.accept_many(kind, at_least=at_least, most=most, note=note)

    def reject(self, id: str, *, note: str) -> Candidate:
        return self._client.candidates.reject(id, note=note or None)

    def patterns(self, wanted: Filter, *, as_of: str | None) -> list[Pattern]:
        return _first(wanted.limit, self._client.patterns(as_of=as_of, **wanted.given))

    def rules(self, wanted: Filter, *, as_of: str | None) -> list[Rule]:
        return _first(wanted.limit, self._client.rules(as_of=as_of, **wanted.given))

    def playbook(self, *, max_tokens: int | None, session: str) -> list[Rule]:
        return list(self._client.playbook(max_tokens=max_tokens, session=session or None))

    def playbook_page(self, format: str, *, max_tokens: int | None, session: str) -> str:
        return self._client.playbook_page(format, max_tokens=max_tokens, session=session or None)

    def report(self, rule: str, outcome: str, *, session: str, note: str) -> Rule:
        return self._client.rulebook.report(rule, outcome, session=session, note=note)

    def reported(self, rule: str, *, limit: int) -> Sequence[Body]:
        return self._client.rulebook.reported(rule, limit=min(limit, _AT_ONCE))

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

    def events(self, *, after: str | None, kinds: Sequence[str], limit: int) -> Sequence[Body]:
        return self._client.past_events(after=after, kinds=kinds, limit=min(limit, _AT_ONCE))

    def scheduled(self) -> Sequence[Body]:
        return self._client.scheduled()

    def schedule(self, job_type: str, cron: str | None, *, time_zone: str) -> Sequence[Body]:
        return self._client.schedule(job_type, cron, time_zone=time_zone)

    def export(self, *, vectors: bool) -> Iterator[bytes]:
        return self._client.export(vectors=vectors)

    def restore(self, lines: Iterable[bytes]) -> Body:
        return self._client.restore(lines)

    def create_webhook(self, url: str, kinds: Sequence[str]) -> Body:
        return self._client.webhooks.create(url, kinds=kinds)

    def webhooks(self) -> Sequence[Body]:
        return self._client.webhooks.list()

    def rotate_webhook(self, id: str) -> Body:
        return self._client.webhooks.rotate(id)

    def resume_webhook(self, id: str) -> Body:
        return self._client.webhooks.resume(id)

    def delete_webhook(self, id: str) -> None:
        self._client.webhooks.delete(id)

    def test_webhook(self, id: str) -> Body:
        """Wait until the server's worker has tried once."""
        sent = self._client.webhooks.test(id)
        until = time.monotonic() + _TIMEOUT_S
        while not sent["answer"] and sent["state"] == "waiting" and time.monotonic() < until:
            time.sleep(_LOOK_S)
            sent = self._client.webhooks.delivery(sent["id"])
        return sent

    def deliveries(self, *, webhook: str | None, state: str | None, limit: int) -> Sequence[Body]:
        return self._client.webhooks.sent(webhook=webhook, state=state, limit=min(limit, _AT_ONCE))

    def redeliver(self, id: str) -> Body:
        return self._client.webhooks.redeliver(id)

    def policy(self) -> Body:
        return self._client.policy()

    def configure(self, section: str, settings: Mapping[str, Any]) -> Body:
        return self._client.configure(section, **settings)

    def metrics(self, *, limit: int) -> list[Snapshot]:
        return list(self._client.metrics(limit=min(limit, _AT_ONCE)))


def _first(limit: int | None, found: Iterable[T]) -> list[T]:
    return list(islice(found, limit))


def _spelled(given: InsightIn) -> dict[str, Any]:
    return given.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
