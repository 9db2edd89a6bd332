"""Take runs and carry them out: claim, keep the lease alive, take over from the dead, stop in order."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from queue import Empty, Queue
from typing import TypeVar

import structlog

from compoundry.engine import figures, tidying
from compoundry.engine.courier import Courier, Postage
from compoundry.engine.durable import Durable
from compoundry.engine.encoding import Unencoded, encode_missing
from compoundry.engine.execution import execute
from compoundry.engine.files import hold_file
from compoundry.engine.heeding import EVERY_S, Attempts, end_cancelled
from compoundry.engine.notes import take_one
from compoundry.engine.scheduling import LOOK_S, fire_due
from compoundry.engine.sharing import help_out, work_out
from compoundry.engine.workshop import Workshop
from compoundry.errors import HandedBack, Unavailable
from compoundry.model import Run
from compoundry.store import artifacts, claims
from compoundry.store.claims import Lease
from compoundry.store.database import Connection, clock
from compoundry.store.parts import Part
from compoundry.store.signals import Bell

log = structlog.get_logger(__name__)

T = TypeVar("T")

POLL_S = 2.0  # only for what no bell rings: settled times come from the database, commits ring
STOP_S = 4.0
LINGERS = timedelta(seconds=30)  # what a worker left open may come to light only when something else of it is ended
HELPING = "a part of another worker's run"


class Worker:
    """Work in the background until closed; a SQLite file takes one worker at a time."""

    def __init__(self, shop: Workshop, *, slots: int, postage: Postage) -> None:
        self._shop, self._slots = shop, slots
        self._courier = Courier(shop, postage)
        self._lease = Lease(shop.worker, shop.lease_s)
        self._stopping, self._free_of_all = threading.Event(), threading.Event()
        self._held: set[str] = set()
        self._more = False  # runs were waiting a moment ago, so that looking for one before claiming it would be one look too many
        self._traces: dict[str, str] = {}
        self._silent: dict[str, datetime] = {}
        self._count = threading.Condition()
        self._written: Queue[int] = Queue()
        self._told = threading.Event()
        self._lock = hold_file(shop.database.file)
        self.bell = Bell(shop.database)
        self._durable = Durable(shop.database, self._execute, worker=shop.worker, slots=slots)
        self._threads = [
            threading.Thread(target=t, name=t.__name__.strip("_"), daemon=True)
            for t in (self._work, self._live, self._heed, self._encode, self._keep_time, self._note)
        ]

    def start(self) -> None:
        """Begin; runs that a dead worker left behind come first."""
        self.bell.__enter__()
        with self._shop.database.write() as connection:
            sqlite = self._shop.database.is_sqlite
            if sqlite:
                artifacts.release(connection)
            now = clock(connection)
            self._break_silence(connection, now)
            orphans = claims.take_over(connection, self._lease, now, limit=self._slots, orphaned=sqlite)
        for run in orphans:
            self._start(run)
        for thread in self._threads:
            thread.start()
        self._courier.start()

    def wrote(self, workspace_id: int) -> None:
        """Hear that insights were written, so that they are encoded soon."""
        self._written.put(workspace_id)
        self._told.set()

    def leave(self) -> None:
        """Take no more runs, and have those that are planned handed back; returns at once."""
        self._stopping.set()
        self._told.set()
        self.bell.ring()

    def close(self) -> None:
        """Leave, let transactions end, hand the rest back; takes up to some 5 seconds."""
        self.leave()
        with self._count:
            ended = self._count.wait_for(lambda: not self._held, timeout=STOP_S)
        self._threads[0].join(timeout=0.5)
        if not ended:  # a plan that doesn't listen: its run goes back to the queue, and its late result is refused
            self._guarded(self._let_go, otherwise=0)
        self._free_of_all.set()
        self._courier.close()
        self.bell.__exit__(None, None, None)
        self._durable.close()
        if self._lock:
            self._lock.close()

    def _work(self) -> None:
        while not self._stopping.is_set():
            pause_s = self._guarded(self._claim, otherwise=POLL_S)
            if pause_s > 0:
                self.bell.wait(pause_s)
            self._courier.wake()

    def _claim(self) -> float:
        """Claim one run if a slot is free; return how long to wait before the next look, in seconds."""
        if not self._free():
            return POLL_S
        if not self._more:
            with self._shop.database.read() as connection:
                now = clock(connection)
                due = claims.next_due(connection, now)
            if due is None or due > now:
                self._help()
                return POLL_S if due is None else min(POLL_S, (due - now).total_seconds())
        with self._shop.database.write() as connection:
            run = claims.claim(connection, self._lease, clock(connection))
        look_again, self._more = self._more, run is not None
        if run is None:
            if look_again:
                return 0.0
            self._help()  # what waits, waits for another run of its workspace
            return POLL_S
        self._start(run)
        return 0.0

    def _help(self) -> None:
        """Work out a part of another worker's plan while no run is due, one at a time."""
        if self._shop.database.is_sqlite or HELPING in self._held:
            return
        if part := help_out(self._shop):
            self._held.add(HELPING)
            threading.Thread(target=self._work_out, args=(part,), name="part", daemon=True).start()

    def _work_out(self, part: Part) -> None:
        try:
            self._guarded(partial(work_out, self._shop, part), otherwise=None)
        finally:
            self._ended(HELPING)

    def _start(self, run: Run) -> None:
        with self._count:
            self._held.add(run.id)
        try:
            self._durable.start(run)
        except Exception:
            self._ended(run.id)
            raise

    def _execute(self, run: Run) -> None:
        trace = self._shop.tracer(run)
        self._traces[run.id] = trace.id
        try:
            execute(self._shop, run, self._stopping, trace)
        finally:
            self._traces.pop(run.id, None)
            self._ended(run.id)

    def _ended(self, held: str) -> None:
        with self._count:
            self._held.discard(held)
            self._count.notify_all()
        self.bell.ring()

    def _free(self) -> int:
        """Count the runs that could start now."""
        return 0 if self._stopping.is_set() else max(0, self._slots - len(self._held))

    def _live(self) -> None:
        """Send signs of life until nothing is held here any more, and look for workers that send none."""
        while not self._free_of_all.wait(self._lease.seconds / 3):
            self._guarded(self._beat, otherwise=None)

    def _beat(self) -> None:
        """Extend the leases of what runs here, and of nothing else: a run that was lost on the way is taken over like any other."""
        with self._count:
            held = sorted(self._held)
        with self._shop.database.write() as connection:
            now = clock(connection)
            claims.beat(connection, self._lease, held, now)
            self._break_silence(connection, now)
            lost = claims.take_over(connection, self._lease, now, limit=self._free())
        for run in lost:
            figures.taken_over(1)
            log.warning("taking over", run=run.id, workspace=run.workspace_id, attempt=run.attempt)
            self._start(run)

    def _break_silence(self, connection: Connection, now: datetime) -> None:
        """End what workers that are gone have left open, for a while after their runs were taken over, too."""
        lease = timedelta(seconds=self._lease.seconds)
        self._silent |= dict.fromkeys(claims.silent(connection, now), now + lease + LINGERS)
        self._silent = {name: until for name, until in self._silent.items() if until > now}
        claims.break_silence(connection, list(self._silent), now - lease)

    def _heed(self) -> None:
        """Let nobody who cancels a run wait for a job that doesn't listen."""
        seen: Attempts = frozenset()
        while not self._free_of_all.wait(EVERY_S):
            seen = self._guarded(partial(end_cancelled, self._shop, dict(self._traces), seen), otherwise=frozenset())

    def _let_go(self) -> int:
        with self._shop.database.write() as connection:
            return claims.release(connection, self._lease, clock(connection))

    def _encode(self) -> None:
        """Encode in the background what has no vector: what was there before, and what this and other processes write."""
        unencoded = Unencoded(self._shop)
        while not self._stopping.is_set():
            found: list[int] = self._guarded(unencoded.look, otherwise=[])
            for workspace_id in found:
                self._written.put(workspace_id)
            with suppress(Empty):
                workspace_id = self._written.get(timeout=POLL_S)
                self._guarded(partial(encode_missing, self._shop, workspace_id, self._goes_on), otherwise=0)

    def _goes_on(self, done: int, total: int) -> None:
        """Leave the rest to whoever comes next when this worker stops."""
        if self._stopping.is_set():
            raise HandedBack("this worker is stopping; what isn't encoded yet is found again")

    def _keep_time(self) -> None:
        """Trigger what is scheduled, when its time has come, and forget now and then what is old."""
        pause_s, tidied = 0.0, time.monotonic() - tidying.EVERY_S
        while not self._stopping.wait(pause_s):
            pause_s = self._guarded(partial(fire_due, self._shop.database), otherwise=LOOK_S)
            if time.monotonic() - tidied >= tidying.EVERY_S:
                self._guarded(self._tidy, otherwise=None)
                tidied = time.monotonic()

    def _note(self) -> None:
        """Take texts apart that were told, in this process or in another."""
        while not self._stopping.is_set():
            told = self._guarded(partial(take_one, self._shop), otherwise=None)
            if told is not None:
                self._written.put(told.workspace_id)
            elif self._told.wait(POLL_S):
                self._told.clear()

    def _tidy(self) -> None:
        tidying.tidy(self._shop.database, self._shop.kept)
        tidying.tidy_parts(self._shop.database)
        tidying.tidy_vectors(self._shop.database, self._shop.encoder().name)
        self._durable.forget_old()

    def _guarded(self, act: Callable[[], T], *, otherwise: T) -> T:
        """Go on after whatever went wrong: a run that was lost by it has a lease that ends."""
        try:
            return act()
        except HandedBack:
            return otherwise
        except Unavailable as error:
            log.warning("the database is away", reason=error.message)
        except Exception as error:
            log.exception("the worker goes on after an error", reason=str(error))
        time.sleep(min(1.0, self._lease.seconds / 10))
        return otherwise
