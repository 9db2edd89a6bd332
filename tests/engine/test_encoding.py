"""Insights are encoded in the background, by one model at a time, and never in the request."""

import time
from collections.abc import Callable, Iterator

import pytest

from compoundry.app import Parts, assemble
from compoundry.engine.encoding import encode_missing
from compoundry.engine.tidying import tidy_vectors
from compoundry.model import Caller
from compoundry.settings import Settings
from compoundry.store import vectors
from tests.embedder import embedding
from tests.made import NOTES, learn, run, said

Working = Callable[[Settings], Parts]


@pytest.fixture
def working(database_url: str) -> Iterator[Working]:
    """Let a Compoundry work on the same database, with a worker in this process."""
    begun: list[tuple[Parts, object]] = []

    def begin(settings: Settings) -> Parts:
        parts = assemble(settings, database_url)
        begun.append((parts, parts.employ()))
        return parts

    yield begin
    for parts, worker in begun:
        worker.close()  # type: ignore[attr-defined]
        parts.close()


def encoded(parts: Parts, caller: Caller, model: str) -> int:
    with parts.app.database.read() as connection:
        return vectors.count(connection, caller.workspace_id, model)


def soon(parts: Parts, caller: Caller, model: str, number: int) -> None:
    until = time.monotonic() + 30
    while encoded(parts, caller, model) < number and time.monotonic() < until:
        time.sleep(0.05)
    assert encoded(parts, caller, model) == number


def test_writing_encodes_nothing_in_the_request(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, NOTES)
    assert encoded(parts, caller, "hashed-512") == 0


def test_a_worker_encodes_what_was_written_before_it_came_and_what_other_processes_write(
    parts: Parts, caller: Caller, working: Working, settings: Settings
) -> None:
    learn(parts, caller, NOTES[:3])
    working(settings)
    soon(parts, caller, "hashed-512", 3)
    learn(parts, caller, NOTES[3:5])
    soon(parts, caller, "hashed-512", 5)


def test_another_model_encodes_everything_anew_in_the_background(
    parts: Parts, caller: Caller, working: Working, settings: Settings
) -> None:
    learn(parts, caller, NOTES)
    run(parts, caller, "consolidation")
    active = encoded(parts, caller, "hashed-512")
    with embedding() as served:
        working(settings.model_copy(update={"encoder": f"remote:small@{served.url}"}))
        soon(parts, caller, "remote-small", active - 2)


def test_vectors_of_two_models_are_never_compared(parts: Parts, caller: Caller, database_url: str, settings: Settings) -> None:
    ids = [one.id for one in learn(parts, caller, NOTES)]
    encode_missing(parts.shop, caller.workspace_id)
    with embedding() as served:
        other = assemble(settings.model_copy(update={"encoder": f"remote:small@{served.url}"}), database_url)
        learn(other, caller, [said("Dana prefers email, not phone calls.", "Dana")])
        encode_missing(other.shop, caller.workspace_id)
        other.close()
    with parts.app.database.read() as connection:
        assert vectors.of(connection, caller.workspace_id, "hashed-512", ids).shape == (len(NOTES), 512)
        assert vectors.of(connection, caller.workspace_id, "remote-small", ids).shape == (len(NOTES), 64)
    assert run(parts, caller, "consolidation").state == "completed"


def test_vectors_of_an_old_model_are_forgotten_once_the_new_one_has_encoded_everything(
    parts: Parts, caller: Caller, database_url: str, settings: Settings
) -> None:
    learn(parts, caller, NOTES)
    encode_missing(parts.shop, caller.workspace_id)
    with embedding() as served:
        other = assemble(settings.model_copy(update={"encoder": f"remote:small@{served.url}"}), database_url)
        assert tidy_vectors(parts.app.database, "remote-small") == 0, "nothing is encoded anew yet"
        encode_missing(other.shop, caller.workspace_id)
        other.close()
    assert tidy_vectors(parts.app.database, "remote-small") == len(NOTES)
    assert [encoded(parts, caller, model) for model in ("hashed-512", "remote-small")] == [0, len(NOTES)]


def test_vectors_of_another_length_than_most_of_their_model_count_as_absent(parts: Parts, caller: Caller, database_url: str) -> None:
    ids = [one.id for one in learn(parts, caller, NOTES)]
    with embedding() as served:
        first = assemble(Settings(encoder=f"remote:small@{served.url}"), database_url)
        encode_missing(first.shop, caller.workspace_id)
        first.close()
    with embedding(dimension=32) as served:
        longer = assemble(Settings(encoder=f"remote:small@{served.url}"), database_url)
        (late,) = learn(longer, caller, [said("Miguel sold boats.", "Miguel")])
        encode_missing(longer.shop, caller.workspace_id)
        longer.close()
    with parts.app.database.read() as connection:
        found = vectors.of(connection, caller.workspace_id, "remote-small", [*ids, late.id])
    assert (found.shape[1], found[-1].any()) == (64, False)


def test_progress_tells_how_many_of_how_many(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, NOTES)
    told: list[tuple[int, int]] = []
    encode_missing(parts.shop, caller.workspace_id, lambda done, total: told.append((done, total)))
    assert told[-1] == (len(NOTES), len(NOTES))
