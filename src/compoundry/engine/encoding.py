"""Encode insights once, after they are written and before a job compares them."""

from compoundry.engine.workshop import Workshop
from compoundry.job import Tick
from compoundry.store import events, vectors
from compoundry.store.database import hurry

FETCH, BATCH = 1_024, 64
CREATED = "insight.created"


def encode_missing(shop: Workshop, workspace_id: int, told: Tick | None = None) -> int:
    """Encode what has no vector of this model yet, sentences of like length together; return how many were encoded.

    `told` hears how many of how many are done after each batch, and may raise to stop. Two threads of a process take
    turns, so that nothing is encoded twice.
    """
    done, total = 0, 0
    if told is not None:
        with shop.database.read() as connection:
            total = vectors.count_missing(connection, workspace_id, shop.encoder().name)
    while True:
        with shop.encoding:
            found = _encode_some(shop, workspace_id, done, total, told)
        if not found:
            return done
        done += found


def _encode_some(shop: Workshop, workspace_id: int, before: int, total: int, told: Tick | None) -> int:
    encoder = shop.encoder()
    with shop.database.read() as connection:
        waiting = sorted(vectors.missing(connection, workspace_id, encoder.name, limit=FETCH), key=lambda one: len(one[2]))
    for start in range(0, len(waiting), BATCH):
        batch = [(workspace, id, content) for workspace, id, content, _ in waiting[start : start + BATCH]]
        made = encoder.encode([content for _, _, content in batch])
        with shop.database.write() as connection:
            hurry(connection)
            vectors.put(connection, encoder.name, batch, made)
        if told is not None:
            done = before + start + len(batch)
            told(done, max(total, done))
    return len(waiting)


class Unencoded:
    """Find workspaces with something to encode: at first all of them, then those that somebody has written to since."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._position: int | None = None

    def look(self) -> list[int]:
        """Return the workspaces; what other processes wrote is found by its event, so that a look costs next to nothing."""
        with self._shop.database.read() as connection:
            if self._position is None:
                newest = events.newest_position(connection)
                found = vectors.lacking(connection, self._shop.encoder().name)
                self._position = newest
                return found
            written, self._position = events.written_to(connection, self._position, CREATED)
        return written
