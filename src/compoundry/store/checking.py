"""Look for what is wrong with a database: pages, clocks, runs that nobody carries on, and space."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, func, select, text

from compoundry.counting import counted
from compoundry.errors import Unavailable
from compoundry.store import migrate, tables
from compoundry.store.database import Database, clock

Level = Literal["ok", "warning", "problem"]

SKEW_S = 2.0
LATE = timedelta(minutes=1)
SCARCE_BYTES, LOW_BYTES = 100 * 2**20, 2**30
LONG_LOG_BYTES = 2**30

_RUNS = tables.runs
_START_ONE = "start a worker: compoundry worker"


@dataclass(frozen=True, slots=True)
class Finding:
    """Say how one thing is, and what to do where it isn't well."""

    check: str
    level: Level
    said: str
    todo: str = ""


def examined(database: Database) -> Iterator[Finding]:
    """Go through all checks; what can't be asked because of an earlier problem is left out."""
    if database.file and not database.file.is_file():
        yield Finding(
            "database", "problem", f"there is no file {database.file}", "check --database; the first command that writes makes the file"
        )
        return
    try:
        with database.read() as connection:
            yield _answers(database, connection)
            schema = _schema(connection)
            yield schema
            yield _clocks(database, connection)
            if schema.level == "ok":
                yield from _work(connection, clock(connection))
    except Unavailable as error:
        yield Finding("database", "problem", error.message, "start the database, or check --database and COMPOUNDRY_DATABASE_URL")
    yield from _space(database)


def _answers(database: Database, connection: Connection) -> Finding:
    if not database.is_sqlite:
        return Finding("database", "ok", f"PostgreSQL {connection.scalar(text('SHOW server_version'))} answers")
    wrong = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if wrong != "ok":
        return Finding("database", "problem", f"the file is damaged: {wrong}", "bring a saved copy back: compoundry restore FILE")
    return Finding("database", "ok", f"{database.file} is whole")


def _schema(connection: Connection) -> Finding:
    found, needed = migrate.revision(connection), migrate.newest()
    if found == needed:
        return Finding("schema", "ok", f"schema {found} is the one that this version needs")
    try:
        migrate.must_know(found)
    except Unavailable as error:
        return Finding("schema", "problem", error.message, "install the newer version of Compoundry")
    return Finding(
        "schema", "problem", f"the database has schema {found or 'none'}, this version needs {needed}", "run: compoundry migrate"
    )


def _clocks(database: Database, connection: Connection) -> Finding:
    skew_s = (datetime.now(UTC) - clock(connection)).total_seconds()
    if database.is_sqlite or abs(skew_s) <= SKEW_S:
        return Finding("clock", "ok", "this host and the database agree on the time")
    todo = "leases and schedules go by the database's clock, so nothing breaks; set up NTP on this host"
    return Finding("clock", "warning", f"this host is {skew_s:+.1f} s away from the database", todo)


def _work(connection: Connection, now: datetime) -> Iterator[Finding]:
    over = _count(connection, _RUNS.c.state == "running", _RUNS.c.lease_until < now)
    held = _count(connection, _RUNS.c.state == "running", _RUNS.c.lease_until >= now)
    if over:
        yield Finding("leases", "problem", f"{over} running runs have no living worker", f"{_START_ONE}; it takes them over")
    else:
        yield Finding("leases", "ok", f"{counted(held, 'run')} in progress, each with a living worker")
    late = _count(connection, _RUNS.c.state == "accepted", _RUNS.c.not_before < now - LATE)
    if late and not held:
        yield Finding("queue", "problem", f"{counted(late, 'run')} waiting for more than a minute and none is running", _START_ONE)
    elif late:
        yield Finding("queue", "warning", f"{counted(late, 'run')} waiting for more than a minute", "add workers, or wait")
    else:
        yield Finding("queue", "ok", "no run waits for long")
    due = connection.scalar(select(func.count()).select_from(tables.schedules).where(tables.schedules.c.next_at < now - LATE)) or 0
    if due:
        yield Finding("schedules", "problem", f"{due} schedules should have fired more than a minute ago", _START_ONE)
    else:
        yield Finding("schedules", "ok", "no schedule is late")


def _space(database: Database) -> Iterator[Finding]:
    if database.file is None or not database.file.parent.is_dir():
        return
    free = shutil.disk_usage(database.file.parent).free
    said, todo = f"{_size(free)} are free beside the database", "make room; writes are refused when the disk is full, and nothing is lost"
    yield (
        Finding("disk", "problem", said, todo)
        if free < SCARCE_BYTES
        else Finding("disk", "warning" if free < LOW_BYTES else "ok", said, todo if free < LOW_BYTES else "")
    )
    log = database.file.with_name(database.file.name + "-wal")
    if log.exists() and log.stat().st_size > LONG_LOG_BYTES:
        size = _size(log.stat().st_size)
        yield Finding(
            "log", "warning", f"the write-ahead log has grown to {size}", "some reader stays open for very long: restart the processes"
        )


def _count(connection: Connection, *wanted: object) -> int:
    return connection.scalar(select(func.count()).select_from(_RUNS).where(*wanted)) or 0  # type: ignore[arg-type]  # columns compared are clauses


def _size(count: float) -> str:
    """Spell a size for people.

    >>> _size(3 * 2**30)
    '3.0 GB'
    """
    for unit in ("bytes", "kB", "MB"):
        if count < 1_024:
            return f"{count:.0f} {unit}"
        count /= 1_024
    return f"{count:.1f} GB"
