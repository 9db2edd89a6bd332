"""Embed Compoundry in a program: one file, no server, no threads.

ws = Workspace.open("memory.db")
ws.add("Dana prefers email to calls", entities=["Dana"], source="call of 3 March")
run = ws.run("consolidation", dry_run=True)
run.changes          # what it would do, each with its reason
run.apply()          # exactly that
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from compoundry.app import Parts, assemble
from compoundry.bringing import Report, bring_in, mapped
from compoundry.engine import inline
from compoundry.engine.courier import Courier
from compoundry.engine.encoding import encode_missing
from compoundry.engine.notes import take_apart
from compoundry.errors import Invalid
from compoundry.job import Disposition
from compoundry.model import Artifact, Caller, Candidate, Counts, EvidenceKind, Insight, Pattern, Rule, Schedule, Snapshot
from compoundry.model import Run as Record
from compoundry.service import (
    access,
    asking,
    beliefs,
    explaining,
    graph,
    happening,
    insights,
    knowledge,
    playbooks,
    review,
    rulebook,
    runs,
    schedules,
    sources,
    telling,
    webhooks,
)
from compoundry.service.asking import Reply
from compoundry.service.beliefs import Forecast, HalfLives
from compoundry.service.explaining import Chain, Story
from compoundry.service.graph import Graph
from compoundry.service.insights import Learned
from compoundry.service.intake import InsightIn, read, read_line
from compoundry.service.playbooks import Playbook
from compoundry.service.recalling import Recalled, recall
from compoundry.service.rulebook import Imported, Lift
from compoundry.service.schedules import Wanted
from compoundry.service.sources import BlastRadius, Source
from compoundry.settings import settings
from compoundry.store.deliveries import Delivery
from compoundry.store.events import Event
from compoundry.store.journal import Entry
from compoundry.store.outcomes import Outcome
from compoundry.store.webhooks import Webhook
from compoundry.text import playbook

_BATCH = insights.MOST


class Workspace:
    """Hold one workspace of a database; close it, or use it in a `with` block."""

    def __init__(self, parts: Parts, caller: Caller) -> None:
        self._parts, self._app, self._caller = parts, parts.app, caller

    @classmethod
    def open(cls, database: str | Path, name: str = "default", *, encoder: str | None = None) -> Self:
        """Open a file, or a database by its URL; the workspace of this name is made when there is none.

        `encoder` is `minilm` (built in), `hashed` (quick, words only) or `remote:MODEL@URL`; else COMPOUNDRY_ENCODER.
        Raises Invalid for a URL that isn't supported, Unavailable when the database can't be opened.
        """
        _log_where_the_host_logs()
        chosen = settings() if encoder is None else settings().model_copy(update={"encoder": encoder})
        parts = assemble(chosen, _url(database))
        try:
            return cls(parts, access.operator(_named(parts, name)))
        except BaseException:
            parts.close()
            raise

    def close(self) -> None:
        """Give the database back."""
        self._parts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Workspace({self.id} in {self._app.database.engine.url.render_as_string(hide_password=True)})"

    @property
    def id(self) -> int:
        """Return the workspace's id."""
        return self._caller.workspace_id

    def add(
        self, content: str, *, entities: Sequence[str | Mapping[str, Any]] = (), observed_at: datetime | str | None = None, **more: Any
    ) -> str:
        """Learn one insight and return its id; one with a known `external_id` is not learned again.

        `more` may be type, confidence (0 to 1), source, evidence, external_id, pinned, metadata.
        Raises Invalid, naming the field, for anything that can't be understood.
        """
        if unknown := sorted(set(more) - set(InsightIn.model_fields)):
            raise Invalid(f"an insight has no {unknown[0]!r}; keep such things in metadata")
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

        def learn(given: Sequence[InsightIn]) -> int:
            return sum(one.new for one in insights.learn(self._app, self._caller, given, keep_created_at=True))

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
        """Return the newest active insights, or what was believed at a time; `filters` are type and entity."""
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

    def graph(self, *, limit: int = 200) -> Graph:
        """Return the newest insights, what they are about, and what joins them; a notebook draws it."""
        return graph.graph(self._app, self._caller, limit=limit)

    def playbooks(self) -> list[Playbook]:
        """List the playbooks: the team's, and one for each entity that rules are about."""
        return playbooks.listed(self._app, self._caller)

    def playbook_of(self, id: str) -> Playbook:
        """Return one of them by its id; NotFound when there is none."""
        return playbooks.one(self._app, self._caller, id)

    def recall(
        self, query: str, *, limit: int = 10, entity: str | None = None, as_of: datetime | None = None, max_tokens: int | None = None
    ) -> list[Recalled]:
        """Return what is known about a question, the best answers first, at most so many, and at most so many tokens in all."""
        self._encoded()
        return recall(self._app, self._caller, query, limit=limit, entity=entity, as_of=as_of, max_tokens=max_tokens)

    def forecast(self, id: str, *, below: float | None = None, days: float | None = None) -> Forecast:
        """Return how an insight will fade unless somebody confirms it, and when it falls below a confidence."""
        return beliefs.forecast(self._app, self._caller, id, below=below, days=days)

    def half_lives(self) -> HalfLives:
        """Return the half-lives in use, in days, and those that the history suggests."""
        return beliefs.half_lives_of(self._app, self._caller)

    def sources(self) -> list[Source]:
        """List who said how much, and how far each is trusted."""
        return sources.known(self._app, self._caller)

    def trust(self, source: str, value: float) -> Source:
        """Set how far a source is trusted, from 0 (all that it said is retracted) to 1; the next runs believe accordingly."""
        return sources.trust(self._app, self._caller, source, value)

    def blast_radius(self, source: str) -> BlastRadius:
        """Return what rests on a source: insights, patterns and rules."""
        return sources.blast_radius(self._app, self._caller, source)

    def unmerge(self, id: str) -> "Run":
        """Let a merged insight stand on its own again, and never merge the two again."""
        return Run(self, review.unmerge(self._app, self._caller, id))

    def forget(self, id: str) -> None:
        """Erase an insight for good, with what was merged into it."""
        insights.forget(self._app, self._caller, id)

    def run(self, job_type: str, *, dry_run: bool = False) -> "Run":
        """Run a job here and now, and return how it ended; look at `run.state` for failed ones."""
        return self._carried_out(runs.trigger(self._app, self._caller, job_type, dry_run=dry_run))

    def runs(self, *, limit: int = 50, **filters: Any) -> list["Run"]:
        """List runs, newest first; `filters` are job_type, state, dry_run and act."""
        return [Run(self, record) for record in runs.newest(self._app, self._caller, limit=limit, **filters)]

    def candidates(self, *, limit: int = 50, status: str = "open", kind: str | None = None) -> list[Candidate]:
        """List what waits for a person, the surest first."""
        return review.queue(self._app, self._caller, limit=limit, status=status, kind=kind)

    def candidate(self, id: str) -> Candidate:
        """Return one candidate; NotFound when there is none."""
        return review.one(self._app, self._caller, id)

    def accept(self, candidate: Candidate | str, *, keep: str | None = None, content: str | None = None, note: str = "") -> "Run":
        """Do what a candidate proposes, `content` being better words; the run that is returned can be reverted."""
        id, version = _seen(candidate)
        return Run(self, review.accept(self._app, self._caller, id, version=version, keep=keep, content=content, note=note)[1])

    def accept_many(self, kind: str, *, at_least: float = 0.0, most: int = 100, note: str = "") -> review.Many:
        """Accept the candidates of a kind from a score on, the surest first; says which were refused, and why."""
        return review.accept_many(self._app, self._caller, kind=kind, at_least=at_least, most=most, note=note)

    def reject(self, candidate: Candidate | str, *, note: str = "") -> "Run":
        """Refuse a candidate for good."""
        id, version = _seen(candidate)
        return Run(self, review.reject(self._app, self._caller, id, version=version, note=note)[1])

    def patterns(self, *, limit: int = 50, as_of: datetime | None = None, **filters: str | None) -> list[Pattern]:
        """List what recurs, or did at a time; `filters` are kind, status and trend."""
        return knowledge.patterns(self._app, self._caller, limit=limit, as_of=as_of, **filters)

    def rules(self, *, limit: int = 50, status: str | None = None, as_of: datetime | None = None) -> list[Rule]:
        """List rules, or what they were at a time, the surest first."""
        return knowledge.rules(self._app, self._caller, limit=limit, status=status, as_of=as_of)

    def playbook(self, format: str = "markdown", *, max_tokens: int | None = None, session: str = "") -> str:
        """Return what agents should do: `markdown`, an `agents` block for AGENTS.md, or a `skill`.

        `max_tokens` keeps the surest rules; `session` names who will follow it, needed where rules are held out.
        """
        return playbook.written(rulebook.playbook(self._app, self._caller, max_tokens=max_tokens, session=session), format)

    def report(self, rule: str, outcome: str, *, session: str = "", note: str = "") -> Rule:
        """Say what following a rule led to: helped, harmed or not_applicable."""
        return rulebook.report(self._app, self._caller, rule, outcome, session=session, note=note)

    def reported(self, rule: str, *, limit: int = 50) -> list[Outcome]:
        """List what was reported of a rule, newest first."""
        return rulebook.reported(self._app, self._caller, rule, limit=limit)

    def lift(self, rule: str) -> Lift:
        """Return how much more often things went well with a rule than without it."""
        return rulebook.lift_of(self._app, self._caller, rule)

    def import_rules(self, document: str, *, name: str = "a file") -> Imported:
        """Take over the rules of a file, such as AGENTS.md, as active ones; what is known already is left alone."""
        return rulebook.import_rules(self._app, self._caller, document, name=name)

    def why_rule(self, id: str) -> Chain:
        """Return where a rule comes from: insights, pattern, and its history."""
        return explaining.why_rule(self._app, self._caller, id)

    def why_pattern(self, id: str) -> Chain:
        """Return what a pattern stands on, and which rules stand on it."""
        return explaining.why_pattern(self._app, self._caller, id)

    def rename(self, pattern: str, label: str) -> Pattern:
        """Give a pattern better words; jobs leave them alone from then on."""
        return review.rename(self._app, self._caller, pattern, label)

    def metrics(self, *, limit: int = 100) -> list[Snapshot]:
        """Return snapshots of the workspace's health, oldest first."""
        return knowledge.metrics(self._app, self._caller, limit=limit)

    def events(self, *, after: str | None = None, kinds: Sequence[str] = (), limit: int = 100) -> list[Event]:
        """Return what has happened after an event, oldest first."""
        return happening.events(self._app, self._caller, after=after, kinds=kinds, limit=limit)

    def scheduled(self) -> list[Schedule]:
        """Return when jobs come by themselves; a worker on this database must be running."""
        return schedules.scheduled(self._app, self._caller)

    def schedule(self, job_type: str, cron: str | None, *, time_zone: str = "UTC") -> list[Schedule]:
        """Let a job come by itself, `cron` having five fields meant in that time zone, or, with None, no more."""
        return schedules.schedule(self._app, self._caller, [Wanted(job_type, cron, time_zone)])

    def add_webhook(self, url: str, *, kinds: Sequence[str] = ()) -> Webhook:
        """Send events of these kinds, or all, to a URL from now on; a worker on the same database delivers."""
        return webhooks.create(self._app, self._caller, url, kinds=kinds)

    def webhooks(self) -> list[Webhook]:
        """List the webhooks, oldest first."""
        return webhooks.known(self._app, self._caller)

    def rotate_webhook(self, id: str) -> Webhook:
        """Give a webhook a new secret; for a day messages are signed with the old one too."""
        return webhooks.rotate(self._app, self._caller, id)

    def resume_webhook(self, id: str) -> Webhook:
        """Let a webhook that was stopped hear again what happens from now on."""
        return webhooks.resume(self._app, self._caller, id)

    def delete_webhook(self, id: str) -> None:
        """Send nothing more to a webhook."""
        webhooks.delete(self._app, self._caller, id)

    def test_webhook(self, id: str) -> Delivery:
        """Send a message of kind webhook.test here and now, and return how that went."""
        made = webhooks.test(self._app, self._caller, id)
        return Courier(self._parts.shop, self._parts.postage).deliver_now(self.id, made.id)

    def deliveries(self, *, webhook: str | None = None, state: str | None = None, limit: int = 50) -> list[Delivery]:
        """List what was sent to webhooks, newest first; `state` is waiting, delivered or dead."""
        return webhooks.sent(self._app, self._caller, webhook=webhook, state=state, limit=limit)

    def delivery(self, id: str) -> Delivery:
        """Return one delivery; NotFound when there is none."""
        return webhooks.delivery(self._app, self._caller, id)

    def redeliver(self, id: str) -> Delivery:
        """Send a delivery once more here and now, under the same message id."""
        made = webhooks.redeliver(self._app, self._caller, id)
        return Courier(self._parts.shop, self._parts.postage).deliver_now(self.id, made.id)

    def policy(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the settings, job by job, with their defaults."""
        return access.policy(self._app, self._caller)

    def configure(self, section: str, **values: Any) -> Mapping[str, Any]:
        """Change settings of a job and return them; Invalid for what doesn't fit, None brings a default back."""
        return access.configure(self._app, self._caller, section, values)

    def state_hash(self) -> str:
        """Return a hash of everything that jobs can change; equal states have equal hashes."""
        return runs.state_hash(self._app, self._caller)

    def _encoded(self) -> None:
        encode_missing(self._parts.shop, self.id)

    def _carried_out(self, record: Record) -> "Run":
        return Run(self, inline.carry_out(self._parts.shop, record))


@dataclass(frozen=True)
class Run:
    """Hold how a run ended, and what can be done about it."""

    workspace: Workspace
    record: Record

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def job_type(self) -> str:
        return self.record.job_type

    @property
    def dry_run(self) -> bool:
        return self.record.dry_run

    @property
    def state(self) -> str:
        """Return `completed` or `failed`."""
        return self.record.state

    @property
    def counts(self) -> Counts:
        """Return what was scanned, affected and created; for a dry run, what would be."""
        return self.record.counts

    @property
    def error(self) -> Mapping[str, object] | None:
        """Return why the run failed."""
        return self.record.error

    @property
    def changes(self) -> list[Entry]:
        """Return what the run did, or would do, each with its reason and its row edits."""
        ws = self.workspace
        return [entry for _, entry in runs.changes(ws._app, ws._caller, self.id)]

    @property
    def dispositions(self) -> tuple[Disposition, ...]:
        """Return what became of each insight that the run scanned."""
        ws = self.workspace
        return runs.dispositions(ws._app, ws._caller, self.id)

    def apply(self) -> "Run":
        """Do exactly what this dry run has shown; Stale, naming what changed, when it no longer fits."""
        ws = self.workspace
        return ws._carried_out(runs.apply(ws._app, ws._caller, self.id))

    def revert(self) -> "Run":
        """Take back what this run did; later edits are kept."""
        ws = self.workspace
        return ws._carried_out(runs.revert(ws._app, ws._caller, self.id))

    def retry(self) -> "Run":
        """Try a failed run again, as a new run."""
        ws = self.workspace
        return ws._carried_out(runs.retry(ws._app, ws._caller, self.id))


def _log_where_the_host_logs() -> None:
    """Hand log lines to `logging`, unless the host has configured structlog; by itself that prints to stdout."""
    if not structlog.is_configured():
        structlog.configure(
            processors=[structlog.stdlib.filter_by_level, structlog.processors.format_exc_info, structlog.stdlib.render_to_log_kwargs],
            wrapper_class=structlog.stdlib.BoundLogger,
            logger_factory=structlog.stdlib.LoggerFactory(),
        )


def _url(database: str | Path) -> str:
    """Make a URL of a file's path.

    >>> _url("memory.db")
    'sqlite:///memory.db'
    """
    text = str(database)
    return text if "://" in text else f"sqlite:///{Path(text).expanduser()}"


def _named(parts: Parts, name: str) -> int:
    for found in access.list_workspaces(parts.app):
        if found.name == name:
            return found.id
    return access.create_workspace(parts.app, name).id


def _entity(given: str | Mapping[str, Any]) -> dict[str, Any]:
    return {"name": given} if isinstance(given, str) else dict(given)


def _seen(candidate: Candidate | str) -> tuple[str, int | None]:
    """Guard against another reviewer: a candidate that was read must still be at the version that was read."""
    return (candidate, None) if isinstance(candidate, str) else (candidate.id, candidate.version)
