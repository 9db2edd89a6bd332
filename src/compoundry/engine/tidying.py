"""Forget, once an hour, what nobody needs any more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from compoundry.store import parts, pruning
from compoundry.store.database import Connection, Database, clock

log = structlog.get_logger(__name__)

EVERY_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Kept:
    """Say for how many days things are kept; 0 keeps them for ever."""

    answers_days: float = 7.0
    events_days: float = 30.0
    dispositions_days: float = 90.0


def tidy(database: Database, kept: Kept, now: datetime | None = None) -> dict[str, int]:
    """Forget what is older than it need be, each kind in a transaction of its own; return how many of each."""
    acts: dict[str, tuple[Callable[[Connection, datetime], int], float]] = {
        "answers": (pruning.answers, kept.answers_days),
        "events": (pruning.happened, kept.events_days),
        "dispositions": (pruning.dispositions, kept.dispositions_days),
    }
    forgotten = {}
    for name, (act, days) in acts.items():
        if days:
            with database.write() as connection:
                forgotten[name] = act(connection, (now or clock(connection)) - timedelta(days=days))
    if any(forgotten.values()):
        log.info("forgot what is old", **forgotten)
    return forgotten


def tidy_parts(database: Database) -> int:
    """Forget what runs that were cancelled or lost have handed out to other workers; return how many parts."""
    with database.write() as connection:
        return parts.forget_ended(connection)


def tidy_vectors(database: Database, model: str) -> int:
    """Forget the vectors of other models where this one has encoded everything, a few thousand at a time; return how many.

    That waits for the hour, so that workers of two versions, side by side for a while, don't encode in turns what the other forgets.
    """
    total = 0
    while True:
        with database.write() as connection:
            found = pruning.old_vectors(connection, model)
        total += found
        if not found:
            break
    if total:
        log.info("forgot vectors of old models", vectors=total, model=model)
    return total
