"""Show the life of a run on one page.

    accepted ──claim──▶ running ──complete──▶ completed
       ▲  │                │ │
       │  └──give up──▶ failed ◀──fail──┘ │
       └────────────hand back─────────────┘

Every move is a compare-and-swap on (state, attempt): whoever is late changes nothing.
"""

from dataclasses import dataclass
from typing import Final

from compoundry.errors import Conflict
from compoundry.model import Run, RunState


@dataclass(frozen=True, slots=True)
class Move:
    """Allow a run to go from one of these states to another; `fenced` moves need the attempt."""

    before: tuple[RunState, ...]
    after: RunState
    fenced: bool


MOVES: Final = {
    "claim": Move(("accepted",), "running", fenced=False),
    "take_over": Move(("running",), "running", fenced=True),
    "hand_back": Move(("running",), "accepted", fenced=True),
    "complete": Move(("running",), "completed", fenced=True),
    "fail": Move(("running",), "failed", fenced=True),
    "give_up": Move(("accepted",), "failed", fenced=False),
}

FINAL: Final = frozenset[RunState]({"completed", "failed"})


def finished(run: Run) -> bool:
    """Tell whether a run's answer can never change again."""
    return run.state in FINAL


def allow(name: str, run: Run) -> Move:
    """Return the move, or raise Conflict when the run's state doesn't permit it."""
    move = MOVES[name]
    if run.state not in move.before:
        raise Conflict(
            f"run {run.id} is {run.state}; only a run that is {' or '.join(move.before)} can be asked to {name.replace('_', ' ')}"
        )
    return move
