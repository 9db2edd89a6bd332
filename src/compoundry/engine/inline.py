"""Carry runs out here and now, for a program that embeds Compoundry: no threads, no server."""

import threading
import time

from compoundry.engine.execution import execute
from compoundry.engine.files import hold_file
from compoundry.engine.workshop import Workshop
from compoundry.errors import Conflict
from compoundry.lifecycle import finished
from compoundry.model import Run
from compoundry.store import claims, runs
from compoundry.store.claims import Lease
from compoundry.store.database import clock

WAIT_S = 0.05


def carry_out(shop: Workshop, run: Run) -> Run:
    """Work until this run has ended, and return it as it ended; a worker that has the file does it for us."""
    while not finished(current := _read(shop, run)):
        try:
            lock = hold_file(shop.database.file)
        except Conflict:
            time.sleep(WAIT_S)
            continue
        try:
            _work_once(shop, current)
        finally:
            if lock:
                lock.close()
    return current


def _work_once(shop: Workshop, run: Run) -> None:
    lease = Lease(shop.worker, shop.lease_s)
    with shop.database.write() as connection:
        now = clock(connection)
        taken = claims.take_over(connection, lease, now, limit=1, orphaned=shop.database.is_sqlite)
        due = claims.claim(connection, lease, now)
    for next_run in [*taken, *([due] if due else [])]:
        execute(shop, next_run, threading.Event())
    if not taken and not due:
        time.sleep(WAIT_S)


def _read(shop: Workshop, run: Run) -> Run:
    with shop.database.read() as connection:
        return runs.one(connection, run.workspace_id, run.id)
