"""Random sequences of moves do what a small model says, on both databases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import update

from compoundry import jobs
from compoundry.app import Parts
from compoundry.errors import Conflict, LostRun
from compoundry.model import Counts, Run
from compoundry.service import access
from compoundry.service import runs as service
from compoundry.store import claims, runs, tables
from compoundry.store.claims import Lease
from compoundry.store.database import Connection, clock

LATER = timedelta(seconds=5)  # every run is due by then
ALL = list(jobs.found())
PICK = st.integers(0, 1_000)


@dataclass
class Modelled:
    """Know of a run what the model says."""

    place: tuple[int, int]
    dry_run: bool
    state: str = "accepted"
    attempt: int = 0


class Moves(RuleBasedStateMachine):
    """Make moves in one workspace, in the store and in the model."""

    parts: Parts

    def __init__(self) -> None:
        super().__init__()
        self.app = self.parts.app
        self.caller = access.operator(access.create_workspace(self.app, "Random").id)
        self.model: dict[str, Modelled] = {}
        self.claimed: list[Run] = []

    @rule(job=st.sampled_from(ALL), dry_run=st.booleans())
    def trigger(self, job: str, dry_run: bool) -> None:
        run = service.trigger(self.app, self.caller, job, dry_run=dry_run)
        self.model[run.id] = Modelled((ALL.index(job), len(self.model)), dry_run)

    @rule()
    def claim(self) -> None:
        with self.app.database.write() as connection:
            run = claims.claim(connection, Lease("me", 60), clock(connection) + LATER)
        wanted = self._next()
        assert (run.id if run else None) == wanted
        if run:
            self._moved(run, "running", attempts=1)

    @rule()
    def take_over(self) -> None:
        """Take all that runs, as if every lease were over."""
        with self.app.database.write() as connection:
            taken = claims.take_over(connection, Lease("you", 60), clock(connection), limit=1_000, orphaned=True)
        assert {run.id for run in taken} == {id for id, one in self.model.items() if one.state == "running"}
        for run in taken:
            self._moved(run, "running", attempts=1)

    @rule(pick=PICK, how=st.sampled_from(["complete", "fail", "hand_back"]))
    def end(self, pick: int, how: str) -> None:
        """End an attempt that was ever claimed: only the latest of a running run may."""
        if not self.claimed:
            return
        run = self.claimed[pick % len(self.claimed)]
        one = self.model[run.id]
        if (one.state, one.attempt) != ("running", run.attempt):
            with pytest.raises(LostRun):
                self._write(lambda connection: self._end(connection, run, how))
            return
        self._write(lambda connection: self._end(connection, run, how))
        one.state = {"complete": "completed", "fail": "failed", "hand_back": "accepted"}[how]

    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        if not self.model:
            return
        id = sorted(self.model)[pick % len(self.model)]
        one = self.model[id]
        if one.state in ("completed", "failed"):
            with pytest.raises(Conflict):
                service.cancel(self.app, self.caller, id)
            return
        service.cancel(self.app, self.caller, id)
        if one.state == "accepted":
            one.state = "failed"

    @invariant()
    def store_and_model_agree(self) -> None:
        found = {run.id: (run.state, run.attempt) for run in service.newest(self.app, self.caller, limit=1_000)}
        assert found == {id: (one.state, one.attempt) for id, one in self.model.items()}
        assert sum(one.state == "running" and not one.dry_run for one in self.model.values()) <= 1

    def teardown(self) -> None:
        """Leave nothing that the next example could claim."""
        run = tables.runs
        mine = update(run).where(run.c.workspace_id == self.caller.workspace_id, run.c.state.in_(("accepted", "running")))
        self._write(lambda connection: connection.execute(mine.values(state="failed")))

    def _next(self) -> str | None:
        waiting = {id: one for id, one in self.model.items() if one.state == "accepted"}
        writing = {id: one.place for id, one in waiting.items() if not one.dry_run}
        free = {id: one.place for id, one in waiting.items() if one.dry_run}
        if writing and not any(one.state == "running" and not one.dry_run for one in self.model.values()):
            first = min(writing, key=writing.__getitem__)
            free[first] = writing[first]
        return min(free, key=lambda one: free[one][1:]) if free else None  # of those that may run, the one that came first

    def _moved(self, run: Run, state: str, *, attempts: int) -> None:
        one = self.model[run.id]
        one.state, one.attempt = state, one.attempt + attempts
        assert run.attempt == one.attempt
        self.claimed.append(run)

    def _end(self, connection: Connection, run: Run, how: str) -> None:
        now = clock(connection)
        match how:
            case "complete":
                runs.complete(connection, run, counts=Counts(), plan_hash="", fingerprint="", now=now)
            case "fail":
                runs.fail(connection, run, error={"type": "x", "message": "x"}, now=now)
            case _:
                runs.hand_back(connection, run, not_before=now)

    def _write(self, act: Callable[[Connection], object]) -> None:
        with self.app.database.write() as connection:
            act(connection)


@pytest.mark.parametrize(
    ("sequences", "steps"),
    [pytest.param(6, 20, id="short"), pytest.param(5_000, 50, id="long", marks=[pytest.mark.slow, pytest.mark.timeout(0)])],
)
def test_any_sequence_of_moves_equals_the_model(parts: Parts, sequences: int, steps: int) -> None:
    moves = type("MovesHere", (Moves,), {"parts": parts})
    quick = settings(max_examples=sequences, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(moves, settings=quick)
