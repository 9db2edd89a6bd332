"""Play workers on virtual time over the real store: they claim, beat, crash, freeze and wake; time jumps; nothing may be lost.

A seed decides everything, so what breaks once breaks again.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from compoundry.errors import LostRun
from compoundry.model import Caller, Counts, Run
from compoundry.service import runs as service
from compoundry.service.app import App
from compoundry.store import claims, runs, tables
from compoundry.store.claims import Lease

LEASE_S = 10.0
START = datetime(2030, 1, 1, tzinfo=UTC)
JOBS = ("consolidation", "pattern_detection", "playbook_synthesis", "decay_sweep", "metrics")


@dataclass
class Player:
    """Be a worker that may be frozen; its own clock may be wrong, and nobody asks it."""

    lease: Lease
    frozen: bool = False
    held: dict[str, Run] = field(default_factory=dict)


class Simulation:
    """Play events one by one; `ended` counts how often each run was ended, `refused` the late results."""

    def __init__(self, app: App, callers: list[Caller], seed: int, *, workers: int = 3) -> None:
        self._callers, self._dice = callers, random.Random(seed)
        self._app = replace(app, new_id=lambda: str(UUID(int=self._dice.getrandbits(128))))
        self._players = [Player(Lease(f"worker {n}", LEASE_S)) for n in range(workers)]
        self._born = workers
        self.now = START
        self.accepted: list[Run] = []
        self.ended: dict[str, int] = {}
        self.refused = 0
        self.story: list[str] = []

    def play(self, events: int) -> None:
        """Let so many things happen, then let everybody work until nothing waits."""
        happenings = (
            self._trigger,
            self._claim,
            self._claim,
            self._finish,
            self._finish,
            self._beat,
            self._crash,
            self._freeze,
            self._wake,
        )
        for _ in range(events):
            self.now += timedelta(seconds=self._dice.choice((0, 0.1, 1, LEASE_S / 3, LEASE_S * 1.5)))
            self._dice.choice(happenings)()
            self.must_hold()
        self._drain()

    def must_hold(self) -> None:
        """Check what must be true after every event."""
        run = tables.runs
        with self._app.database.read() as connection:
            writers = select(func.count()).where(run.c.state == "running", ~run.c.dry_run).group_by(run.c.workspace_id)
            assert all(n == 1 for n in connection.scalars(writers)), "two writing runs of one workspace"
        assert all(n == 1 for n in self.ended.values()), "a run ended twice"

    def _trigger(self) -> None:
        caller = self._dice.choice(self._callers)
        job, dry = self._dice.choice(JOBS), self._dice.random() < 0.3
        for _ in range(self._dice.choice((1, 1, 2))):
            self.accepted.append(service.trigger(self._app, caller, job, dry_run=dry))
        self._tell(f"trigger {job}")

    def _claim(self) -> None:
        player = self._awake()
        with self._app.database.write() as connection:
            run = claims.claim(connection, player.lease, self.now)
        if run:
            player.held[run.id] = run
            self._tell(f"{player.lease.worker} claims {run.id}")

    def _finish(self) -> None:
        """End something that a worker believes to hold; the store knows better."""
        player = self._awake()
        if not player.held:
            return
        run = player.held.pop(self._dice.choice(sorted(player.held)))
        try:
            with self._app.database.write() as connection:
                if self._dice.random() < 0.2:
                    runs.hand_back(connection, run, not_before=self.now)
                    return
                runs.complete(connection, run, counts=Counts(), plan_hash="", fingerprint="", now=self.now)
        except LostRun:
            self.refused += 1
        else:
            self.ended[run.id] = self.ended.get(run.id, 0) + 1
        self._tell(f"{player.lease.worker} ends {run.id}")

    def _beat(self) -> None:
        player = self._awake()
        with self._app.database.write() as connection:
            claims.beat(connection, player.lease, sorted(player.held), self.now)
            for run in claims.take_over(connection, player.lease, self.now, limit=2):
                assert run.attempt > 1
                player.held[run.id] = run
                self._tell(f"{player.lease.worker} takes {run.id} over")

    def _crash(self) -> None:
        """Lose a worker for ever, and hire another one."""
        gone = self._dice.choice(self._players)
        self._players.remove(gone)
        self._players.append(Player(Lease(f"worker {self._born}", LEASE_S)))
        self._born += 1
        self._tell(f"{gone.lease.worker} dies")

    def _freeze(self) -> None:
        awake = [player for player in self._players if not player.frozen]
        if len(awake) > 1:
            self._dice.choice(awake).frozen = True

    def _wake(self) -> None:
        for player in self._players:
            player.frozen = False

    def _drain(self) -> None:
        self._wake()
        for _ in range(20 * len(self.accepted) + 100):
            self.now += timedelta(seconds=LEASE_S / 5)
            for act in (self._beat, self._claim, self._finish, self._finish):
                act()
            if len(self.ended) == len(self.accepted):
                break
        self.must_hold()
        assert set(self.ended) == {run.id for run in self.accepted}, "a run was lost"

    def _awake(self) -> Player:
        return self._dice.choice([player for player in self._players if not player.frozen])

    def _tell(self, what: str) -> None:
        self.story.append(f"{self.now:%H:%M:%S} {what}")
