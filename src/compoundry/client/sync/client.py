"""Talk to a server, and wait for each answer."""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from compoundry.client import answers, calls, wiring
from compoundry.client.calls import Call, Page
from compoundry.client.errors import ClientError
from compoundry.client.nouns import Body, Change, Disposition, Insight, Pattern, Progress, Rule, Run, Snapshot
from compoundry.client.retries import Retries
from compoundry.client.streaming import Event, Lines, Reader
from compoundry.client.sync.context import Context
from compoundry.client.sync.groups import Candidates, Insights, Rulebook
from compoundry.client.sync.live import LiveRun
from compoundry.client.sync.webhooks import Webhooks

T = TypeVar("T")


class Client:
    """Speak for one workspace: the one that the key belongs to.

    `base_url` is the server's address, such as http://127.0.0.1:8787. Failed calls are tried again where that
    can't do anything twice. Every method raises a ClientError; see `errors.py` for the kinds.
    """

    def __init__(self, base_url: str, api_key: str, *, timeout_s: float = 10.0, retries: Retries | None = None) -> None:
        self.base_url = wiring.host(base_url)
        self._timeout_s, self._retries = timeout_s, retries or Retries()
        self._http = httpx2.Client(base_url=self.base_url, headers=wiring.headers(api_key))
        self.insights, self.candidates, self.rulebook = Insights(self), Candidates(self), Rulebook(self)
        self.context = Context(self)
        self.webhooks = Webhooks(self)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def trigger(self, job_type: str, *, dry_run: bool = False, idempotency_key: str | None = None) -> LiveRun:
        """Start a run of a job; the same idempotency key gives the same run again."""
        key = idempotency_key or wiring.fresh_key()
        return LiveRun(self, self.ask(calls.trigger(job_type, dry_run=dry_run, idempotency_key=key)))

    def run(self, id: str) -> LiveRun:
        """Take up a run by its id."""
        return LiveRun(self, self.status(id))

    def status(self, id: str) -> Run:
        """Return how a run is doing."""
        return self.ask(calls.status(id))

    def progress(self, id: str) -> Progress:
        """Return how far a run is."""
        return self.ask(calls.progress(id))

    def runs(self, *, job_type: str | None = None, status: str | None = None, dry_run: bool | None = None) -> Iterator[Run]:
        """Go through the runs, newest first."""
        return self.each(calls.runs(job_type=job_type, status=status, dry_run=dry_run))

    def changes(self, id: str) -> Iterator[Change]:
        """Go through what a run decided."""
        return self.each(calls.changes(id))

    def dispositions(self, id: str, *, outcome: str | None = None) -> Iterator[Disposition]:
        """Go through what became of each insight that a run scanned; `outcome` is like merged, kept or proposed."""
        return self.each(calls.dispositions(id, outcome=outcome))

    def apply(self, id: str) -> LiveRun:
        """Do exactly what a dry run has shown, as a run of its own; Conflict when it no longer fits."""
        return LiveRun(self, self.ask(calls.act(id, "apply")))

    def revert(self, id: str) -> LiveRun:
        """Take back what a run did, as a run of its own."""
        return LiveRun(self, self.ask(calls.act(id, "revert")))

    def retry(self, id: str) -> LiveRun:
        """Try a failed run again, as a new run."""
        return LiveRun(self, self.ask(calls.act(id, "retry")))

    def cancel(self, id: str) -> Run:
        """Ask a run to stop before it changes anything."""
        return self.ask(calls.act(id, "cancel"))

    def patterns(
        self, *, kind: str | None = None, status: str | None = None, trend: str | None = None, as_of: datetime | str | None = None
    ) -> Iterator[Pattern]:
        """Go through what recurs, or did at a time, that with the most support first."""
        return self.each(calls.patterns(kind=kind, status=status, trend=trend, as_of=as_of))

    def rules(self, *, status: str | None = None, as_of: datetime | str | None = None) -> Iterator[Rule]:
        """Go through the rules, or what they were at a time, the surest first."""
        return self.each(calls.rules(status=status, as_of=as_of))

    def playbook(self, *, max_tokens: int | None = None, session: str | None = None) -> tuple[Rule, ...]:
        """Return the rules that agents should follow; `session` names who will, needed where rules are held out."""
        return self.ask(calls.playbook(max_tokens=max_tokens, session=session))

    def playbook_page(self, format: str = "markdown", *, max_tokens: int | None = None, session: str | None = None) -> str:
        """Return the playbook as `markdown`, an `agents` block for AGENTS.md, or a `skill`."""
        return self.ask(calls.playbook_page(format, max_tokens=max_tokens, session=session))

    def metrics(
        self, *, limit: int = calls.PAGE, since: datetime | str | None = None, until: datetime | str | None = None
    ) -> tuple[Snapshot, ...]:
        """Return snapshots of the workspace's health, oldest first."""
        return self.ask(calls.metrics(limit=limit, since=since, until=until))

    def recall(
        self,
        query: str,
        *,
        limit: int = 10,
        entity: str | None = None,
        as_of: datetime | str | None = None,
        max_tokens: int | None = None,
    ) -> tuple[Insight, ...]:
        """Return what is known about a question, the best answers first; `score` in their body says how well they fit."""
        return self.ask(calls.recall(query, limit=limit, entity=entity, as_of=as_of, max_tokens=max_tokens))

    def half_lives(self) -> Body:
        """Return the half-lives in use, in days, and those that the workspace's own history suggests."""
        return self.ask(calls.half_lives())

    def sources(self) -> tuple[Body, ...]:
        """List who said how much, and how far each is trusted."""
        return self.ask(calls.sources())

    def trust(self, source: str, value: float) -> Body:
        """Set how far a source is trusted, from 0 (all that it said is retracted) to 1."""
        return self.ask(calls.trust(source, value))

    def blast_radius(self, source: str) -> Body:
        """Return what rests on a source: insights, patterns and rules."""
        return self.ask(calls.blast_radius(source))

    def scheduled(self) -> tuple[Body, ...]:
        """Return when jobs come by themselves."""
        return self.ask(calls.scheduled())

    def schedule(self, job_type: str, cron: str | None, *, time_zone: str = "UTC") -> tuple[Body, ...]:
        """Let a job come by itself at these times, or, with None, no more; returns all schedules."""
        return self.ask(calls.schedule(job_type, cron, time_zone=time_zone))

    def export(self, *, vectors: bool = True) -> Iterator[bytes]:
        """Go through the lines of the whole workspace; written into a file, `restore` makes it again of them."""
        call = calls.export(vectors=vectors)
        try:
            with self._http.stream(**wiring.streaming(call, "")) as answer:
                if answer.status_code != 200:
                    answer.read()
                    answers.read(call, wiring.answer(answer))
                lines = Lines()
                for chunk in answer.iter_bytes():
                    for line in lines.take(chunk):
                        yield line + b"\n"
        except httpx2.TransportError as error:
            raise wiring.translated(error, self.base_url) from error

    def restore(self, lines: Iterable[bytes]) -> Body:
        """Put an exported workspace into this one, which must be empty; all or nothing."""
        return self.ask(calls.restore(b"\n".join(line.rstrip(b"\r\n") for line in lines)))

    def policy(self) -> Body:
        """Return the workspace's settings, job by job, with their defaults."""
        return self.ask(calls.policy())

    def configure(self, section: str, **settings: Any) -> Body:
        """Change settings of one job; None brings a default back. Returns the section as it is now."""
        return self.ask(calls.configure(section, settings))

    def events(self, *, kinds: Sequence[str] = (), after: str = "") -> Iterator[Event]:
        """Follow what happens in the workspace, for ever: `after` resumes; a connection that breaks is taken up again."""
        yield from self.follow(calls.events(kinds=kinds), after=after)

    def past_events(self, *, after: str | None = None, kinds: Sequence[str] = (), limit: int = calls.PAGE) -> tuple[Body, ...]:
        """Return what has happened after an event, oldest first."""
        return self.ask(calls.past_events(after=after, kinds=kinds, limit=limit))

    def new_insights(self, *, after: str = "") -> Iterator[Event]:
        """Follow new insights, for ever, a few recent ones first."""
        yield from self.follow(calls.insight_stream(), after=after)

    def run_events(self, id: str) -> Iterator[Event]:
        """Follow a run until it has ended."""
        for event in self.follow(calls.run_events(id)):
            yield event
            if event.type in ("run.completed", "run.failed"):
                return

    def follow(self, call: Call[Any], *, after: str = "") -> Iterator[Event]:
        """Read a stream, and take it up where it was when the connection breaks."""
        reader = Reader(last_id=after)
        while True:
            try:
                with self._http.stream(**wiring.streaming(call, reader.last_id)) as answer:
                    if answer.status_code != 200:
                        answer.read()
                        answers.read(call, wiring.answer(answer))
                    lines = Lines()
                    for chunk in answer.iter_bytes():
                        yield from reader.events(lines.take(chunk))
            except httpx2.TransportError:
                pass
            time.sleep(reader.retry_s)

    def ask(self, call: Call[T]) -> T:
        """Send a call, again where that is safe, and return what it asked for."""
        tried = 0
        while True:
            try:
                return answers.read(call, self._send(call))
            except ClientError as error:
                pause_s = self._retries.pause_s(call, error, tried)
                if pause_s is None:
                    raise
            tried += 1
            time.sleep(pause_s)

    def _send(self, call: Call[Any]) -> answers.Answer:
        try:
            return wiring.answer(self._http.request(**wiring.request(call, self._timeout_s)))
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise wiring.translated(error, self.base_url) from error

    def each(self, first: Call[Page[T]]) -> Iterator[T]:
        """Go through a list, page by page."""
        following: Call[Page[T]] | None = first
        while following is not None:
            page = self.ask(following)
            yield from page.found
            following = page.next
