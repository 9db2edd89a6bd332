"""Run attempts as durable workflows; the only module that knows DBOS.

What must never be lost is in our own tables: a run, its state, its attempt. DBOS records how each attempt
went, gives it a thread, and (with an executor id of its own per process) recovers nothing by itself:
takeover is ours, see `worker.py`. So its tables can be dropped at any time while no worker runs: on SQLite
a worker begins with an empty file, and on both it drops the attempts that are older than a day.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from dbos import DBOS, DBOSConfig, Serializer, SetWorkflowID
from sqlalchemy import Engine, create_engine, event

from compoundry.model import Run
from compoundry.store.database import HASTY_S, Database, pooled, translated

Execute = Callable[[Run], None]
VERSION = "compoundry-1"
SCHEMA = "compoundry_engine"
KEPT = timedelta(days=1)
_BATCHES, _BATCH = 20, 500


class Durable:
    """Start attempts in the background; one instance per process, because DBOS is one per process."""

    def __init__(self, database: Database, execute: Execute, *, worker: str, slots: int) -> None:
        self._held: dict[str, Run] = {}
        self._execute = execute
        self._engine = _engine(database)
        logging.getLogger("dbos").setLevel(logging.CRITICAL)  # what keeps it from starting is raised, in one line
        with translated():
            DBOS(config=_config(database, self._engine, worker, slots))
            self._workflow = DBOS.workflow(name="attempt")(self._attempt())
            DBOS.launch()
            self.forget_old()
        logging.getLogger("dbos").setLevel(logging.ERROR)

    def start(self, run: Run) -> None:
        """Carry out this attempt of the run in a thread of DBOS's."""
        name = f"{run.id}/{run.attempt}"
        self._held[name] = run
        with SetWorkflowID(name):
            DBOS.start_workflow(self._workflow, name)

    def forget_old(self) -> None:
        """Drop the records of attempts from before yesterday, some thousands at the most."""
        until = (datetime.now(UTC) - KEPT).isoformat()
        for _ in range(_BATCHES):
            old = DBOS.list_workflows(end_time=until, limit=_BATCH, load_input=False, load_output=False)
            if not old:
                return
            DBOS.delete_workflows([workflow.workflow_id for workflow in old])

    def close(self) -> None:
        """Stop DBOS; attempts that run must have ended."""
        DBOS.destroy(destroy_registry=True)
        self._engine.dispose()

    def _attempt(self) -> Callable[[str], None]:
        def attempt(name: str) -> None:
            """Do the work, whose outcome our own tables keep; a workflow left over from another process has nothing to do."""
            run = self._held.pop(name, None)
            if run is not None:
                self._execute(run)

        return attempt


class _Json(Serializer):
    """Keep what DBOS stores readable: JSON in place of pickles."""

    def serialize(self, data: Any) -> str:
        return orjson.dumps(data, default=str).decode()

    def deserialize(self, serialized_data: str) -> Any:
        return orjson.loads(serialized_data)

    def name(self) -> str:
        return "compoundry_json"


def _engine(database: Database) -> Engine:
    """Give DBOS connections of its own, and a SQLite file too, so that its writes never wait for a long apply."""
    if database.file is None:
        return pooled(database.url, called="compoundry engine", silence_s=HASTY_S)
    for ending in ("", "-wal", "-shm"):
        Path(f"{database.file}-engine{ending}").unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{database.file}-engine")
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _config(database: Database, engine: Engine, worker: str, slots: int) -> DBOSConfig:
    return {
        "name": "compoundry",
        "system_database_url": str(engine.url) if database.file else database.url,
        "system_database_engine": engine,
        "dbos_system_schema": SCHEMA,
        "application_version": VERSION,
        "executor_id": worker,
        "serializer": _Json(),
        "max_executor_threads": 2 * slots + 2,  # after an outage, attempts that have ended keep a thread for a while
        "log_level": "CRITICAL",
    }
