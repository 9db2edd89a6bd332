"""Talk to a server, and let others work meanwhile; the twin of `sync.py`."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from compoundry.client import answers, calls, wiring
from compoundry.client.calls import Call, Page
from compoundry.client.errors import ClientError, Invalid, NotFound, RunFailed, ServerBroken, TimedOut, Unreachable
from compoundry.client.nouns import Candidate, Change, Disposition, Insight, Learned, Pattern, Progress, Rule, Run, Snapshot, Story
from compoundry.client.retries import Retries
from compoundry.client.waiting import Pace

T = TypeVar("T")

Told = Callable[[Progress], None]
MOST = 1_000


class AsyncClient:
    """Speak for one workspace: the one that the key belongs to.

    `base_url` is the server's address, such as http://127.0.0.1:8787. Failed calls are tried again where that
    can't do anything twice. Every method raises a ClientError; see `errors.py` for the kinds.
    """

    def __init__(self, base_url: str, api_key: str, *, timeout_s: float = 10.0, retries: Retries | None = None) -> None:
        self.base_url = wiring.host(base_url)
        self._timeout_s, self._retries = timeout_s, retries or Retries()
        self._http = httpx2.AsyncClient(base_url=self.base_url, headers=wiring.headers(api_key))
        self.insights, self.candidates = AsyncInsights(self), AsyncCandidates(self)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def trigger(self, job_type: str, *, dry_run: bool = False, idempotency_key: str | None = None) -> "AsyncLiveRun":
        """Start a run of a job; the same idempotency key gives the same run again."""
        key = idempotency_key or wiring.fresh_key()
        return AsyncLiveRun(self, await self.ask(calls.trigger(job_type, dry_run=dry_run, idempotency_key=key)))

    async def run(self, id: str) -> "AsyncLiveRun":
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
        return self._each(calls.runs(job_type=job_type, status=status, dry_run=dry_run))

    def changes(self, id: str) -> AsyncIterator[Change]:
        """Go through what a run decided."""
        return self._each(calls.changes(id))

    def dispositions(self, id: str, *, outcome: str | None = None) -> AsyncIterator[Disposition]:
        """Go through what became of each insight that a run scanned; `outcome` is like merged, kept or proposed."""
        return self._each(calls.dispositions(id, outcome=outcome))

    async def apply(self, id: str) -> "AsyncLiveRun":
        """Do exactly what a dry run has shown, as a run of its own; Conflict when it no longer fits."""
        return AsyncLiveRun(self, await self.ask(calls.act(id, "apply")))

    async def revert(self, id: str) -> "AsyncLiveRun":
        """Take back what a run did, as a run of its own."""
        return AsyncLiveRun(self, await self.ask(calls.act(id, "revert")))

    async def retry(self, id: str) -> "AsyncLiveRun":
        """Try a failed run again, as a new run."""
        return AsyncLiveRun(self, await self.ask(calls.act(id, "retry")))

    async def cancel(self, id: str) -> Run:
        """Ask a run to stop before it changes anything."""
        return await self.ask(calls.act(id, "cancel"))

    def patterns(self, *, kind: str | None = None, status: str | None = None, trend: str | None = None) -> AsyncIterator[Pattern]:
        """Go through what recurs, that with the most support first."""
        return self._each(calls.patterns(kind=kind, status=status, trend=trend))

    def rules(self, *, status: str | None = None) -> AsyncIterator[Rule]:
        """Go through the rules, the surest first."""
        return self._each(calls.rules(status=status))

    async def playbook(self) -> tuple[Rule, ...]:
        """Return the rules that agents should follow."""
        return await self.ask(calls.playbook())

    async def playbook_page(self) -> str:
        """Return the playbook as Markdown."""
        return await self.ask(calls.playbook_page())

    async def metrics(
        self, *, limit: int = calls.PAGE, since: datetime | str | None = None, until: datetime | str | None = None
    ) -> tuple[Snapshot, ...]:
        """Return snapshots of the workspace's health, oldest first."""
        return await self.ask(calls.metrics(limit=limit, since=since, until=until))

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

    async def _each(self, first: Call[Page[T]]) -> AsyncIterator[T]:
        following: Call[Page[T]] | None = first
        while following is not None:
            page = await self.ask(following)
            for one in page.found:
                yield one
            following = page.next


class AsyncLiveRun:
    """Follow one run; `run` is how it was when we last asked."""

    def __init__(self, client: AsyncClient, run: Run) -> None:
        self._client, self.run = client, run

    def __repr__(self) -> str:
        return f"AsyncLiveRun({self.run!r})"

    @property
    def id(self) -> str:
        """Return the run's id."""
        return self.run.id

    async def refresh(self) -> Run:
        """Ask how the run is doing."""
        self.run = await self._client.status(self.id)
        return self.run

    async def wait(self, timeout: float | None = None, on_progress: Told | None = None, *, check: bool = True) -> Run:
        """Return the run when it has ended.

        Raises TimedOut after `timeout` seconds (the run goes on), and RunFailed for a failed run unless `check` is False.
        `on_progress` hears how far the run is about once a second, from servers that tell.
        """
        until, pace = time.monotonic() + (float("inf") if timeout is None else timeout), Pace()
        while not self.run.finished:
            left_s = until - time.monotonic()
            if left_s <= 0:
                raise TimedOut(f"run {self.id} is {self.run.status} after {timeout:g} s; it goes on", self.run)
            pace, on_progress = await self._look(pace, left_s, on_progress)
        if check and self.run.status == "failed":
            raise RunFailed(self.run)
        return self.run

    def changes(self) -> AsyncIterator[Change]:
        """Go through what the run decided."""
        return self._client.changes(self.id)

    async def apply(self) -> "AsyncLiveRun":
        """Do exactly what this dry run has shown."""
        return await self._client.apply(self.id)

    async def revert(self) -> "AsyncLiveRun":
        """Take back what this run did."""
        return await self._client.revert(self.id)

    async def cancel(self) -> Run:
        """Ask the run to stop before it changes anything."""
        return await self._client.cancel(self.id)

    async def _look(self, pace: Pace, left_s: float, on_progress: Told | None) -> tuple[Pace, Told | None]:
        """Ask once, and rest until the next question; a server that is away for less than a minute ends no waiting."""
        asked_s, began = pace.ask_s(left_s, reports=on_progress is not None), time.monotonic()
        try:
            self.run = await self._client.ask(calls.status(self.id, wait_s=asked_s))
            on_progress, following = await self._told(on_progress), pace.slower()
        except (Unreachable, ServerBroken):
            if (again := pace.lost(time.monotonic() - began)) is None:
                raise
            asked_s, following = 0.0, again
        if not self.run.finished:
            took_s = time.monotonic() - began
            await asyncio.sleep(pace.rest_s(asked_s=asked_s, took_s=took_s, left_s=left_s - took_s))
        return following, on_progress

    async def _told(self, on_progress: Told | None) -> Told | None:
        """Report once; a server that knows no progress isn't asked again."""
        if on_progress is None:
            return None
        try:
            on_progress(await self._client.progress(self.id))
        except NotFound:
            return None
        return on_progress


class AsyncInsights:
    """Learn, read, edit and forget insights."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def add(self, content: str, *, entities: Sequence[str | Mapping[str, Any]] = (), **more: Any) -> str:
        """Learn one insight and return its id; `more` may be type, confidence, observed_at, source, evidence, external_id, metadata."""
        call = calls.learn(wiring.new_insight(content, entities, more), idempotency_key=wiring.fresh_key())
        return (await self._client.ask(call)).ids[0]

    async def add_all(self, given: Sequence[Mapping[str, Any]]) -> Learned:
        """Learn many insights, a thousand at a time; the good ones are kept, the others named in `errors` by their index."""
        told = Learned((), 0)
        for start in range(0, len(given), MOST):
            told = told.joined(await self._some(given[start : start + MOST]), start)
        return told

    async def list(
        self,
        *,
        limit: int = 20,
        last: str | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        type: str | None = None,
        entity: str | None = None,
    ) -> tuple[Insight, ...]:
        """Return the newest active insights, at most 100; `last` is like 30m, 2h, 1h30m or 1d."""
        return await self._client.ask(calls.insights(limit=limit, last=last, since=since, until=until, type=type, entity=entity))

    async def get(self, id: str) -> Insight:
        """Return one insight, whatever became of it."""
        return await self._client.ask(calls.insight(id))

    async def why(self, id: str) -> Story:
        """Return why an insight is as it is: what runs and people decided about it."""
        return await self._client.ask(calls.why(id))

    async def edit(self, id: str, *, version: int | None = None, **values: Any) -> Insight:
        """Change content, type, pinned or standing; Conflict when it isn't at this version any more."""
        return await self._client.ask(calls.edit(id, values, version=version))

    async def reinforce(self, id: str, **values: Any) -> Insight:
        """Add evidence: kind (confirmed, contradicted, observed), source, excerpt, weight, at."""
        return await self._client.ask(calls.reinforce(id, values))

    async def forget(self, id: str) -> None:
        """Erase an insight for good."""
        await self._client.ask(calls.forget(id))

    async def _some(self, given: Sequence[Mapping[str, Any]]) -> Learned:
        try:
            return await self._client.ask(calls.learn(given, idempotency_key=wiring.fresh_key()))
        except Invalid as error:
            if "errors" not in error.details:
                raise
            return Learned.read(error.details)


class AsyncCandidates:
    """Decide what jobs only propose."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    def list(self, *, status: str = "open", kind: str | None = None) -> AsyncIterator[Candidate]:
        """Go through the candidates, the surest first."""
        return self._client._each(calls.candidates(status=status, kind=kind))

    async def get(self, id: str) -> Candidate:
        """Return one candidate with its insights."""
        return await self._client.ask(calls.candidate(id))

    async def accept(self, candidate: Candidate | str, *, keep: str | None = None, note: str | None = None) -> Candidate:
        """Do what a candidate proposes; Conflict when somebody decided since it was read."""
        return await self._decide(candidate, "accept", {"keep": keep, "note": note})

    async def reject(self, candidate: Candidate | str, *, note: str | None = None) -> Candidate:
        """Refuse a candidate for good."""
        return await self._decide(candidate, "reject", {"note": note})

    async def _decide(self, candidate: Candidate | str, verb: str, values: Mapping[str, Any]) -> Candidate:
        id, version = (candidate, None) if isinstance(candidate, str) else (candidate.id, candidate.version)
        return await self._client.ask(calls.decide(id, verb, values, version=version))
