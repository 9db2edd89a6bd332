"""Keep the parts of a plan that several workers work out, until the run's own worker has gathered them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, literal, select, update

from compoundry.model import Run
from compoundry.store import tables
from compoundry.store.signals import ring

_P, _R = tables.parts, tables.runs
_RUN = and_(_R.c.workspace_id == _P.c.workspace_id, _R.c.id == _P.c.run_id, _R.c.attempt == _P.c.attempt)
_WAITS = (_R.c.state == "running", _P.c.worker.is_(None))


@dataclass(frozen=True, slots=True)
class Part:
    """Hold one question of a run's attempt; the job of that type can answer it."""

    workspace_id: int
    run_id: str
    attempt: int
    number: int
    job_type: str
    question: bytes


def hand_out(connection: Connection, run: Run, questions: Sequence[bytes]) -> None:
    """Put the parts of an attempt where other workers find them; what earlier attempts left goes."""
    clear(connection, run)
    mine = {"workspace_id": run.workspace_id, "run_id": run.id, "attempt": run.attempt}
    connection.execute(insert(_P), [{**mine, "number": n, "question": asked} for n, asked in enumerate(questions)])
    ring(connection)


def take(connection: Connection, run: Run, worker: str) -> Part | None:
    """Take a part of one's own run: a free one, or else one that another worker took and hasn't answered yet.

    An answer is the same whoever gives it, so nobody has to find out whether the other one still lives.
    """
    unanswered = select(_P).where(*_of(run), _P.c.answer.is_(None))
    free_first = unanswered.order_by(_P.c.worker.is_not(None), _P.c.number).limit(1)
    return _taken(connection, connection.execute(free_first.with_for_update(skip_locked=True)).one_or_none(), run.job_type, worker)


def take_any(connection: Connection, worker: str) -> Part | None:
    """Take a free part of another worker's run; None when there is none."""
    free = select(_P, _R.c.job_type).join(_R, _RUN).where(*_WAITS, _R.c.worker != worker)
    row = connection.execute(free.order_by(_P.c.number).limit(1).with_for_update(skip_locked=True, of=_P)).one_or_none()
    return _taken(connection, row, row.job_type if row else "", worker)


def any_free(connection: Connection) -> bool:
    """Tell whether a part of a running plan waits for a worker."""
    return connection.scalar(select(literal(1)).join_from(_P, _R, _RUN).where(*_WAITS).limit(1)) is not None


def answer(connection: Connection, part: Part, answered: bytes) -> None:
    """Keep the answer to a part, unless it has one already, or its attempt is over or has gone on to other questions."""
    this = (_P.c.workspace_id == part.workspace_id, _P.c.run_id == part.run_id, _P.c.attempt == part.attempt)
    open_ = (_P.c.number == part.number, _P.c.question == part.question, _P.c.answer.is_(None))
    connection.execute(update(_P).where(*this, *open_).values(answer=answered))


def count(connection: Connection, run: Run) -> tuple[int, int]:
    """Return how many parts of the attempt are answered, and how many there are."""
    done, of = connection.execute(select(func.count(_P.c.answer), func.count()).where(*_of(run))).one()
    return done, of


def gather(connection: Connection, run: Run) -> list[bytes]:
    """Return the answers in the order of the questions, and put the parts away.

    A part can be without one, when it was locked at the moment at which another worker took it: the job then works it out by itself.
    """
    found = list(connection.scalars(select(_P.c.answer).where(*_of(run), _P.c.answer.is_not(None)).order_by(_P.c.number)))
    clear(connection, run)
    return found


def clear(connection: Connection, run: Run) -> None:
    """Forget the parts of a run."""
    connection.execute(delete(_P).where(_P.c.workspace_id == run.workspace_id, _P.c.run_id == run.id))


def forget_ended(connection: Connection) -> int:
    """Forget the parts of runs that don't run any more; return how many."""
    running = select(literal(1)).where(_RUN, _R.c.state == "running")
    return connection.execute(delete(_P).where(~running.exists())).rowcount


def _of(run: Run) -> tuple[ColumnElement[bool], ...]:
    return (_P.c.workspace_id == run.workspace_id, _P.c.run_id == run.id, _P.c.attempt == run.attempt)


def _taken(connection: Connection, row: Row[Any] | None, job_type: str, worker: str) -> Part | None:
    if row is None:
        return None
    this = (_P.c.workspace_id == row.workspace_id, _P.c.run_id == row.run_id, _P.c.number == row.number)
    connection.execute(update(_P).where(*this).values(worker=worker))
    return Part(row.workspace_id, row.run_id, row.attempt, row.number, job_type, row.question)
