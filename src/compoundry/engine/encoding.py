"""Encode insights once, after they are written and before a job compares them."""

from collections.abc import Callable

from compoundry.engine.workshop import Workshop
from compoundry.store import vectors

FETCH, BATCH = 1_024, 64


def encode_missing(shop: Workshop, workspace_id: int, told: Callable[[int], None] = lambda done: None) -> int:
    """Encode what has no vector of this model yet, sentences of like length together; return how many were encoded.

    `told` hears how many are done after each batch, and may raise to stop. Two threads of a process take turns,
    so that nothing is encoded twice.
    """
    done = 0
    while True:
        with shop.encoding:
            found = _encode_some(shop, workspace_id, done, told)
        if not found:
            return done
        done += found


def _encode_some(shop: Workshop, workspace_id: int, before: int, told: Callable[[int], None]) -> int:
    encoder = shop.encoder()
    with shop.database.read() as connection:
        waiting = sorted(vectors.missing(connection, workspace_id, encoder.name, limit=FETCH), key=lambda one: len(one[2]))
    for start in range(0, len(waiting), BATCH):
        batch = [(workspace, id, content) for workspace, id, content, _ in waiting[start : start + BATCH]]
        made = encoder.encode([content for _, _, content in batch])
        with shop.database.write() as connection:
            vectors.put(connection, encoder.name, batch, made)
        told(before + start + len(batch))
    return len(waiting)
