"""A large plan is worked out by several workers, and a part whose worker died is done by another."""

import pytest

from compoundry.model import Caller, Run
from compoundry.service import runs
from compoundry.service.app import App
from compoundry.store import claims, parts
from compoundry.store import runs as kept
from compoundry.store.claims import Lease
from compoundry.store.database import Database, clock

QUESTIONS = [b"one", b"two", b"three"]


@pytest.fixture
def run(app: App, caller: Caller, database: Database) -> Run:
    """Give a run that this worker has claimed."""
    runs.trigger(app, caller, "consolidation")
    with database.write() as connection:
        claimed = claims.claim(connection, Lease("me", 60), clock(connection))
    assert claimed is not None
    return claimed


def test_each_worker_takes_another_part_and_the_answers_come_in_order(run: Run, database: Database) -> None:
    with database.write() as connection:
        parts.hand_out(connection, run, QUESTIONS)
    with database.write() as connection:
        mine, yours, theirs = parts.take(connection, run, "me"), parts.take_any(connection, "you"), parts.take_any(connection, "they")
        assert mine is not None
        assert yours is not None
        assert theirs is not None
        assert {p.question for p in (mine, yours, theirs)} == set(QUESTIONS)
        assert parts.take_any(connection, "another") is None
        for part in (theirs, mine, yours):
            parts.answer(connection, part, part.question.upper())
        assert parts.count(connection, run) == (3, 3)
        assert parts.gather(connection, run) == [b"ONE", b"TWO", b"THREE"]
        assert parts.count(connection, run) == (0, 0)


def test_the_part_of_a_dead_worker_is_taken_by_the_one_that_holds_the_run(run: Run, database: Database) -> None:
    with database.write() as connection:
        parts.hand_out(connection, run, QUESTIONS[:1])
        lost = parts.take_any(connection, "dead")
    with database.write() as connection:
        again = parts.take(connection, run, "me")
        assert lost is not None
        assert again == lost
        parts.answer(connection, again, b"mine")
        parts.answer(connection, lost, b"late")
        assert parts.take(connection, run, "me") is None
        assert parts.gather(connection, run) == [b"mine"]


def test_a_part_that_nobody_has_answered_is_left_to_the_job(run: Run, database: Database) -> None:
    with database.write() as connection:
        parts.hand_out(connection, run, QUESTIONS)
        first = parts.take(connection, run, "me")
        assert first is not None
        parts.answer(connection, first, b"mine")
        assert parts.gather(connection, run) == [b"mine"]


def test_an_answer_to_a_question_that_is_no_longer_asked_is_not_heard(run: Run, database: Database) -> None:
    with database.write() as connection:
        parts.hand_out(connection, run, QUESTIONS)
        late = parts.take_any(connection, "you")
        parts.hand_out(connection, run, [b"planned anew"])
        assert late is not None
        parts.answer(connection, late, b"late")
        assert parts.count(connection, run) == (0, 1)


def test_what_a_cancelled_run_handed_out_is_nobodys_work_and_is_forgotten(run: Run, database: Database, app: App, caller: Caller) -> None:
    with database.write() as connection:
        parts.hand_out(connection, run, QUESTIONS)
        assert (parts.any_free(connection), parts.forget_ended(connection)) == (True, 0)
        kept.fail(connection, run, error={"type": "cancelled"}, now=clock(connection))
        assert (parts.any_free(connection), parts.forget_ended(connection)) == (False, len(QUESTIONS))


def test_what_an_attempt_that_is_over_answers_is_not_heard(run: Run, database: Database) -> None:
    with database.write() as connection:
        parts.hand_out(connection, run, QUESTIONS)
        late = parts.take_any(connection, "you")
        (next_one,) = claims.take_over(connection, Lease("other", 60), clock(connection), limit=1, orphaned=True)
        parts.hand_out(connection, next_one, QUESTIONS)
        assert late is not None
        parts.answer(connection, late, b"late")
        assert parts.count(connection, next_one) == (0, 3)
        assert parts.take(connection, run, "me") is None
