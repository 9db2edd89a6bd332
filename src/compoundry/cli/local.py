"""Answer commands from a database, and carry runs out here when no worker does."""

import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from compoundry import times, wire
from compoundry.app import Parts, assemble
from compoundry.cli.desk import Desk, Filter, Told
from compoundry.cli.where import Where
from compoundry.client.errors import TimedOut
from compoundry.client.nouns import Body, Candidate, Change, Disposition, Insight, Pattern, Progress, Rule, Run, Snapshot, Story
from compoundry.engine import inline
from compoundry.engine.courier import Courier
from compoundry.engine.encoding import encode_missing
from compoundry.engine.notes import take_apart
from compoundry.errors import Invalid
from compoundry.lifecycle import finished
from compoundry.logs import configure
from compoundry.model import Caller
from compoundry.model import Candidate as StoredCandidate
from compoundry.model import Insight as StoredInsight
from compoundry.model import Run as StoredRun
from compoundry.pictures.graph import drawn
from compoundry.service import (
    access,
    asking,
    beliefs,
    explaining,
    graph,
    happening,
    insights,
    knowledge,
    moving,
    playbooks,
    polishing,
    recalling,
    review,
    rulebook,
    runs,
    schedules,
    sources,
    telling,
    webhooks,
)
from compoundry.service.app import App
from compoundry.service.intake import InsightIn
from compoundry.service.schedules import Wanted
from compoundry.settings import settings
from compoundry.text import playbook as pages

_LOOK_S = 0.1


@contextmanager
def open_parts(where: Where) -> Iterator[Parts]:
    """Open the database that the command line or the environment names; the command itself says what happened, so nothing is logged."""
    configure("text", level=logging.DEBUG if os.environ.get("COMPOUNDRY_DEBUG") else logging.CRITICAL)
    parts = assemble(settings(), where.database)
    try:
        yield parts
    finally:
        parts.close()


@contextmanager
def local_desk(where: Where) -> Iterator[Desk]:
    """Open the desk of a workspace in a database."""
    with open_parts(where) as parts:
        yield LocalDesk(parts, access.operator(workspace_meant(parts.app, where.in_workspace)))


def workspace_meant(app: App, id: int | None) -> int:
    """Return the workspace that is meant: the one named, or the only one."""
    if id is not None:
        return access.workspace(app, id).id
    match access.list_workspaces(app):
        case []:
            raise Invalid("there is no workspace yet; make one with: compoundry workspace create NAME")
        case [only]:
            return only.id
        case several:
            raise Invalid(f"say which workspace: --workspace {' or '.join(str(w.id) for w in several[:5])}")


class LocalDesk:
    """Take orders for one workspace of a database."""

    carries_out = True

    def __init__(self, parts: Parts, caller: Caller) -> None:
        self._parts, self._app, self._caller = parts, parts.app, caller

    def trigger(self, job_type: str, *, dry_run: bool) -> Run:
        return _accepted(runs.trigger(self._app, self._caller, job_type, dry_run=dry_run))

    def finish(self, run: Run, told: Told, *, timeout_s: float | None) -> Run:
        """Carry the run out beside this thread, which reports and hears Ctrl-C at once; native code doesn't."""
        failed: list[BaseException] = []
        stored = runs.status(self._app, self._caller, run.id)
        threading.Thread(target=self._carry_out, args=(stored, failed), daemon=True).start()
        until = time.monotonic() + timeout_s if timeout_s is not None else float("inf")
        while not finished(now := runs.status(self._app, self._caller, run.id)):
            if failed:
                raise failed[0]
            if time.monotonic() > until:
                raise TimedOut(f"the run has not ended after {timeout_s:g} s; compoundry status {run.id} tells how it is doing", _run(now))
            told(Progress(now.stage, now.processed, now.total, now.progress_at))
            time.sleep(_LOOK_S)
        return _run(now)

    def _carry_out(self, run: StoredRun, failed: list[BaseException]) -> None:
        try:
            inline.carry_out(self._parts.shop, run)
        except Exception as error:
            failed.append(error)

    def status(self, id: str) -> Run:
        return _run(runs.status(self._app, self._caller, id))

    def runs(self, wanted: Filter) -> list[Run]:
        given = {"state" if name == "status" else name: value for name, value in wanted.given.items()}
        return [_run(run) for run in runs.newest(self._app, self._caller, limit=wanted.limit, **given)]

    def changes(self, id: str, *, limit: int | None) -> list[Change]:
        return [Change.read(wire.change(*pair)) for pair in runs.changes(self._app, self._caller, id, limit=limit)]

    def dispositions(self, id: str, *, outcome: str | None, limit: int | None) -> list[Disposition]:
        told = runs.dispositions(self._app, self._caller, id)
        return [Disposition.read(wire.disposition(d)) for d in told if outcome in (None, d.outcome)][:limit]

    def apply(self, id: str) -> Run:
        return _accepted(runs.apply(self._app, self._caller, id))

    def revert(self, id: str) -> Run:
        return _accepted(runs.revert(self._app, self._caller, id))

    def retry(self, id: str) -> Run:
        return _accepted(runs.retry(self._app, self._caller, id))

    def cancel(self, id: str) -> Run:
        return _run(runs.cancel(self._app, self._caller, id))

    def learn(self, given: Sequence[InsightIn]) -> int:
        return sum(one.new for one in insights.learn(self._app, self._caller, given, keep_created_at=True))

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

    def contents(self, ids: Sequence[str]) -> dict[str, str]:
        return {id: found.content for id, found in insights.named(self._app, self._caller, ids).items()}

    def why(self, id: str) -> Story:
        return Story.read(wire.story(explaining.why(self._app, self._caller, id), self._caller.workspace_id))

    def edit(self, id: str, values: Mapping[str, Any]) -> Insight:
        return self._insight(insights.edit(self._app, self._caller, id, values))

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

    def unmerge(self, id: str) -> Insight:
        run = review.unmerge(self._app, self._caller, id)
        found = insights.named(self._app, self._caller, [id])[id]
        return Insight.read({**wire.insight(found, self._caller.workspace_id), "job_run_id": run.id})

    def forget(self, id: str) -> None:
        insights.forget(self._app, self._caller, id)

    def reinforce(self, id: str, values: Mapping[str, Any]) -> Insight:
        return self._insight(insights.reinforce(self._app, self._caller, id, **values))

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
        return pages.written(rulebook.playbook(self._app, self._caller, max_tokens=max_tokens, session=session), format)

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

    def events(self, *, after: str | None, kinds: Sequence[str], limit: int) -> list[Body]:
        return [wire.event(one) for one in happening.events(self._app, self._caller, after=after, kinds=kinds, limit=limit)]

    def scheduled(self) -> list[Body]:
        return [wire.schedule(one) for one in schedules.scheduled(self._app, self._caller)]

    def schedule(self, job_type: str, cron: str | None, *, time_zone: str) -> list[Body]:
        wanted = [Wanted(job_type, cron, time_zone)]
        return [wire.schedule(one) for one in schedules.schedule(self._app, self._caller, wanted)]

    def export(self, *, vectors: bool) -> Iterator[bytes]:
        return moving.export(self._app, self._caller, vectors=vectors)

    def restore(self, lines: Iterable[bytes]) -> Body:
        return wire.restored(moving.restore(self._app, self._caller, lines))

    def create_webhook(self, url: str, kinds: Sequence[str]) -> Body:
        return wire.webhook(webhooks.create(self._app, self._caller, url, kinds=kinds), secret=True)

    def webhooks(self) -> list[Body]:
        return [wire.webhook(one) for one in webhooks.known(self._app, self._caller)]

    def rotate_webhook(self, id: str) -> Body:
        return wire.webhook(webhooks.rotate(self._app, self._caller, id), secret=True)

    def resume_webhook(self, id: str) -> Body:
        return wire.webhook(webhooks.resume(self._app, self._caller, id))

    def delete_webhook(self, id: str) -> None:
        webhooks.delete(self._app, self._caller, id)

    def test_webhook(self, id: str) -> Body:
        made = webhooks.test(self._app, self._caller, id)
        self._courier().deliver_now(self._caller.workspace_id, made.id)
        return wire.delivery(webhooks.delivery(self._app, self._caller, made.id))

    def deliveries(self, *, webhook: str | None, state: str | None, limit: int) -> list[Body]:
        return [wire.delivery(one) for one in webhooks.sent(self._app, self._caller, webhook=webhook, state=state, limit=limit)]

    def redeliver(self, id: str) -> Body:
        made = webhooks.redeliver(self._app, self._caller, id)
        return wire.delivery(self._courier().deliver_now(self._caller.workspace_id, made.id))

    def _courier(self) -> Courier:
        return Courier(self._parts.shop, self._parts.postage)

    def policy(self) -> Body:
        return access.policy(self._app, self._caller)

    def configure(self, section: str, settings: Mapping[str, Any]) -> Body:
        return access.configure(self._app, self._caller, section, settings)

    def metrics(self, *, limit: int) -> list[Snapshot]:
        return [Snapshot.read(wire.noun(one)) for one in knowledge.metrics(self._app, self._caller, limit=limit)]

    def _insight(self, found: StoredInsight) -> Insight:
        return Insight.read(wire.insight(found, self._caller.workspace_id))

    def _candidate(self, asked: StoredCandidate, run: StoredRun | None = None) -> Candidate:
        about = insights.named(self._app, self._caller, asked.subjects)
        decided = {"job_run_id": run.id} if run else {}
        return Candidate.read({**wire.candidate(asked, about, self._caller.workspace_id), **decided})


def _run(run: StoredRun) -> Run:
    return Run.read(wire.status(run))


def _accepted(run: StoredRun) -> Run:
    return Run.read(wire.accepted(run))
