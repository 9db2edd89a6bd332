"""Copy a SQLite database while it is in use, and put a copy back."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from compoundry.errors import Conflict, Invalid, Unavailable
from compoundry.store import migrate
from compoundry.store.database import BUSY_MS


@dataclass(frozen=True, slots=True)
class Copy:
    """Describe a copy that was checked: its file, its size and its schema."""

    file: Path
    size_bytes: int
    schema: str


def save(database: Path, into: Path, *, force: bool = False) -> Copy:
    """Copy a database into a file as it is at one moment; writers go on meanwhile.

    The file appears whole and checked, or not at all. Raises Conflict when it exists and `force` isn't given.
    """
    if not database.is_file():
        raise Invalid(f"there is no database {database}")
    if into.exists() and not force:
        raise Conflict(f"{into} exists already; name another file, or use --force")
    with _translated(into), _beside(into) as unfinished:
        _copy(database, unfinished)
        copied = check(unfinished)
        os.replace(unfinished, into)
    return Copy(into, copied.size_bytes, copied.schema)


def put_back(copy: Path, database: Path, *, force: bool = False) -> Copy:
    """Make a database what the copy holds, in one transaction; Conflict when there is one and `force` isn't given.

    Raises Invalid for a copy that is damaged or no database of ours.
    """
    checked = check(copy)
    if database.exists() and not force:
        raise Conflict(f"{database} exists already; what it holds would be lost. Name another database, or use --force")
    with _translated(database):
        if database.exists():
            _copy(copy, database)
        else:
            database.parent.mkdir(parents=True, exist_ok=True)
            with _beside(database) as unfinished:
                _copy(copy, unfinished)
                for left_over in ("-wal", "-shm"):  # of a database that was removed; SQLite would read them into ours
                    Path(f"{database}{left_over}").unlink(missing_ok=True)
                os.replace(unfinished, database)
    check(database)
    return checked


def check(file: Path) -> Copy:
    """Check every page, index and reference of a database; raise Invalid when something is wrong."""
    if not file.is_file():
        raise Invalid(f"there is no file {file}")
    try:
        with closing(_opened(file, "ro")) as connection:
            wrong = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
            wrong += [f"a row of {table} refers to nothing" for table, *_ in connection.execute("PRAGMA foreign_key_check")][:5]
            known = connection.execute("SELECT version_num FROM alembic_version").fetchone() if not wrong else None
    except sqlite3.DatabaseError as error:
        raise Invalid(f"{file} is no database of Compoundry, or it is damaged ({error})") from None
    if wrong or known is None:
        raise Invalid(f"{file} is damaged: {wrong[0] if wrong else 'it has no schema'}")
    migrate.must_know(known[0])
    return Copy(file, file.stat().st_size, known[0])


def _copy(source: Path, target: Path) -> None:
    """Copy in one step: in smaller ones, a busy writer would make SQLite begin anew for ever."""
    with closing(_opened(source, "ro")) as read, closing(_opened(target, "rwc")) as written:
        read.backup(written)


def _opened(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_MS / 1_000)


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """Give a name for an unfinished file, and leave none behind."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        yield unfinished
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{unfinished}{ending}").unlink(missing_ok=True)


@contextmanager
def _translated(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"{file} can't be written ({error})") from error
