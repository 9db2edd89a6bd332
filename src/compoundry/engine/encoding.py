"""Encode insights once, after they are written and before a job compares them."""

from collections.abc import Callable

from compoundry.engine.workshop import Workshop
from compoundry.store import vectors

BATCH = 512


def encode_missing(shop: Workshop, workspace_id: int | None, told: Callable[[int], None] = lambda done: None) -> int:
    """Encode what has no vector of this model yet, batch by batch; return how many were encoded."""
    encoder, done = shop.encoder(), 0
    while True:
        with shop.database.read() as connection:
            waiting = vectors.missing(connection, workspace_id, encoder.name, limit=BATCH)
        if not waiting:
            return done
        made = encoder.encode([content for _, _, content, _ in waiting])
        with shop.database.write() as connection:
            vectors.put(connection, encoder.name, [(w, i, content) for w, i, content, _ in waiting], made)
        done += len(waiting)
        told(done)
