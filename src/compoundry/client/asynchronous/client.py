"""Talk to a server, and let others work meanwhile; the twin of `sync`."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from compoundry.client import answers, calls, wiring
from compoundry.client.asynchronous.context import AsyncContext
from compoundry.client.asynchronous.groups import AsyncCandidates, AsyncInsights, AsyncRulebook
from compoundry.client.asynchronous.live import AsyncLiveRun
from compoundry.client.asynchronous.webhooks import AsyncWebhooks
from compoundry.client.calls import Call, Page
from compoundry.client.errors import ClientError
from compoundry.client.nouns import Body, Change, Disposition, Insight, Pattern, Progress, Rule, Run, Snapshot
from compoundry.client.retries import Retries
from compoundry.client.streaming import Event, Lines, Reader

T = TypeVar("T")


class AsyncClient:
    """Speak for one workspace: the one that the key belongs to.

    `base_url` is the server's address, such as http://127.0.0.1:8787. Failed calls are tried again where that
    can't do anything twice. Every method raises a ClientError; see `errors.py` for the kinds.
    """

    def __init__(self, base_url: str, api_key: str, *, timeout_s: float = 10.0, retries: Retries | None = None) -> None:
        self.base_url = wiring.host(base_url)
        self._timeout_s, self._retries = timeout_s, retries or Retries()
        self._http = httpx2.AsyncClient(base_url=self.base_url, headers=wiring.headers(api_key))
        self.insights, self.candidates, self.rulebook = AsyncInsights(self), AsyncCandidates(self), AsyncRulebook(self)
        self.context = AsyncContext(self)
        self.webhooks = AsyncWebhooks(self)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def trigger(self, job_type: str, *, dry_run: bool = False, idempotency_key: str | None = None) -> AsyncLiveRun:
        """Start a run of a job; the same idempotency key gives the same run again."""
        key = idempotency_key or wiring.fresh_key()
        return AsyncLiveRun(self, await self.ask(calls.trigger(job_type, dry_run=dry_run, idempotency_key=key)))

    async def run(self, id: str) -> AsyncLiveRun:
        """Take up a run by its id."""
        return AsyncLiveRun(self, await self.status(id))

    async def status(self, id: str) -> Run:
        """Return how a run is doing."""
        return await self.ask(calls.status(id))

    async def progress(self, id: str) -> Progress:
        """Return how far a run is."""
        return await self.ask(calls.progress(id))

    def runs(self, *, job_type: str | None = None, status: str | None = None, dry_run: bool | None = None) -> AsyncIterator[Run]:
        """Go through the runs, newest first."""
        return self.each(calls.runs(job_type=job_type, status=status, dry_run=dry_run))

    def changes(self, id: str) -> AsyncIterator[Change]:
        """Go through what a run decided."""
        return self.each(calls.changes(id))

    def dispositions(self, id: str, *, outcome: str | None = None) -> AsyncIterator[Disposition]:
        """Go through what became of each insight that a run scanned; `outcome` is like merged, kept or proposed."""
        return self.each(calls.dispositions(id, outcome=outcome))

    async def apply(self, id: str) -> AsyncLiveRun:
        """Do exactly what a dry run has shown, as a run of its own; Conflict when it no longer fits."""
        return AsyncLiveRun(self, await self.ask(calls.act(id, "apply")))

    async def revert(self, id: str) -> AsyncLiveRun:
        """Take back what a run did, as a run of its own."""
        return AsyncLiveRun(self, await self.ask(calls.act(id, "revert")))

    async def retry(self, id: str) -> AsyncLiveRun:
        """Try a failed run again, as a new run."""
        return AsyncLiveRun(self, await self.ask(calls.act(id, "retry")))

    async def cancel(self, id: str) -> Run:
        """Ask a run to stop before it changes anything."""
        return await self.ask(calls.act(id, "cancel"))

    def patterns(
        self, *, kind: str | None = None, status: str | None = None, trend: str | None = None, as_of: datetime | str | None = None
    ) -> AsyncIterator[Pattern]:
        """Go through what recurs, or did at a time, that with the most support first."""
        return self.each(calls.patterns(kind=kind, status=status, trend=trend, as_of=as_of))

    def rules(self, *, status: str | None = None, as_of: datetime | str | None = None) -> AsyncIterator[Rule]:
        """Go through the rules, or what they were at a time, the surest first."""
        return self.each(calls.rules(status=status, as_of=as_of))

    async def playbook(self, *, max_tokens: int | None = None, session: str | None = None) -> tuple[Rule, ...]:
        """Return the rules that agents should follow; `session` names who will, needed where rules are held out."""
        return await self.ask(calls.playbook(max_tokens=max_tokens, session=session))

    async def playbook_page(self, format: str = "markdown", *, max_tokens: int | None = None, session: str | None = None) -> str:
        """Return the playbook as `markdown`, an `agents` block for AGENTS.md, or a `skill`."""
        return await self.ask(calls.playbook_page(format, max_tokens=max_tokens, session=session))

    async def metrics(
        self, *, limit: int = calls.PAGE, since: datetime | str | None = None, until: datetime | str | None = None
    ) -> tuple[Snapshot, ...]:
        """Return snapshots of the workspace's health, oldest first."""
        return await self.ask(calls.metrics(limit=limit, since=since, until=until))

    async def recall(
        self,
        query: str,
        *,
        limit: int = 10,
        entity: str | None = None,
        as_of: datetime | str | None = None,
        max_tokens: int | None = None,
    ) -> tuple[Insight, ...]:
        """Return what is known about a question, the best answers first; `score` in their body says how well they fit."""
        return await self.ask(calls.recall(query, limit=limit, entity=entity, as_of=as_of, max_tokens=max_tokens))

    async def half_lives(self) -> Body:
        """Return the half-lives in use, in days, and those that the workspace's own history suggests."""
        return await self.ask(calls.half_lives())

    async def sources(self) -> tuple[Body, ...]:
        """List who said how much, and how far each is trusted."""
        return await self.ask(calls.sources())

    async def trust(self, source: str, value: float) -> Body:
        """Set how far a source is trusted, from 0 (all that it said is retracted) to 1."""
        return await self.ask(calls.trust(source, value))

    async def blast_radius(self, source: str) -> Body:
        """Return what rests on a source: insights, patterns and rules."""
        return await self.ask(calls.blast_radius(source))

    async def scheduled(self) -> tuple[Body, ...]:
        """Return when jobs come by themselves."""
        return await self.ask(calls.scheduled())

    async def schedule(self, job_type: str, cron: str | None, *, time_zone: str = "UTC") -> tuple[Body, ...]:
        """Let a job come by itself at these times, or, with None, no more; returns all schedules."""
        return await self.ask(calls.schedule(job_type, cron, time_zone=time_zone))

    async def export(self, *, vectors: bool = True) -> AsyncIterator[bytes]:
        """Go through the lines of the whole workspace; written into a file, `restore` makes it again of them."""
        call = calls.export(vectors=vectors)
        try:
            async with self._http.stream(**wiring.streaming(call, "")) as answer:
                if answer.status_code != 200:
                    await answer.aread()
                    answers.read(call, wiring.answer(answer))
                lines = Lines()
                async for chunk in answer.aiter_bytes():
                    for line in lines.take(chunk):
                        yield line + b"\n"
        except httpx2.TransportError as error:
            raise wiring.translated(error, self.base_url) from error

    async def restore(self, lines: Iterable[bytes]) -> Body:
        """Put an exported workspace into this one, which must be empty; all or nothing."""
        return await self.ask(calls.restore(b"\n".join(line.rstrip(b"\r\n") for line in lines)))

    async def policy(self) -> Body:
        """Return the workspace's settings, job by job, with their defaults."""
        return await self.ask(calls.policy())

    async def configure(self, section: str, **settings: Any) -> Body:
        """Change settings of one job; None brings a default back. Returns the section as it is now."""
        return await self.ask(calls.configure(section, settings))

    async def events(self, *, kinds: Sequence[str] = (), after: str = "") -> AsyncIterator[Event]:
        """Follow what happens in the workspace, for ever: `after` resumes; a connection that breaks is taken up again."""
        async for event in self.follow(calls.events(kinds=kinds), after=after):
            yield event

    async def past_events(self, *, after: str | None = None, kinds: Sequence[str] = (), limit: int = calls.PAGE) -> tuple[Body, ...]:
        """Return what has happened after an event, oldest first."""
        return await self.ask(calls.past_events(after=after, kinds=kinds, limit=limit))

    async def new_insights(self, *, after: str = "") -> AsyncIterator[Event]:
        """Follow new insights, for ever, a few recent ones first."""
        async for event in self.follow(calls.insight_stream(), after=after):
            yield event

    async def run_events(self, id: str) -> AsyncIterator[Event]:
        """Follow a run until it has ended."""
        async for event in self.follow(calls.run_events(id)):
            yield event
            if event.type in ("run.completed", "run.failed"):
                return

    async def follow(self, call: Call[Any], *, after: str = "") -> AsyncIterator[Event]:
        """Read a stream, and take it up where it was when the connection breaks."""
        reader = Reader(last_id=after)
        while True:
            try:
                async with self._http.stream(**wiring.streaming(call, reader.last_id)) as answer:
                    if answer.status_code != 200:
                        await answer.aread()
                        answers.read(call, wiring.answer(answer))
                    lines = Lines()
                    async for chunk in answer.aiter_bytes():
                        for event in reader.events(lines.take(chunk)):
                            yield event
            except httpx2.TransportError:
                pass
            await asyncio.sleep(reader.retry_s)

    async def ask(self, call: Call[T]) -> T:
        """Send a call, again where that is safe, and return what it asked for."""
        tried = 0
        while True:
            try:
                return answers.read(call, await self._send(call))
            except ClientError as error:
                pause_s = self._retries.pause_s(call, error, tried)
                if pause_s is None:
                    raise
            tried += 1
            await asyncio.sleep(pause_s)

    async def _send(self, call: Call[Any]) -> answers.Answer:
        try:
            return wiring.answer(await self._http.request(**wiring.request(call, self._timeout_s)))
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise wiring.translated(error, self.base_url) from error

    async def each(self, first: Call[Page[T]]) -> AsyncIterator[T]:
        """Go through a list, page by page."""
        following: Call[Page[T]] | None = first
        while following is not None:
            page = await self.ask(following)
            for one in page.found:
                yield one
            following = page.next
