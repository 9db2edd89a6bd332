"""Open the database, and give one transaction at a time to whoever writes."""

import math
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import ConnectionPoolEntry

from compoundry.errors import Invalid, Twin, Unavailable

__all__ = ["Connection", "Database", "clock", "open_database", "pooled", "translated"]

BUSY_MS = 15_000
_SILENCE = "idle_in_transaction_session_timeout"
_PASSING = {  # what PostgreSQL calls by a number, and psycopg by no class of its own that says so
    "25006": "the database takes no writes now, as after a failover; try again shortly",
    "25P03": "the database ended a transaction in which nothing was said for long; try again",
}
POOL_S = 5  # seconds to wait for a connection; requests should fail soon when the database hangs
FRESH_S = 1.0  # so soon after a connection was used, it isn't tried before it is used again
HASTY_S, PATIENT_S = 30, 300  # after so long a silence inside a transaction, PostgreSQL ends it: others wait for its locks
# the last one is also how long a long statement may wait for a lock
_REACH = {
    "connect_timeout": 2,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 30_000,
}
_PRAGMAS = (f"busy_timeout={BUSY_MS}", "synchronous=FULL", "foreign_keys=ON")
_AGAIN_S = 0.01


@dataclass(frozen=True)
class Database:
    """Hold the connection pool of one database; SQLite lets one thread write at a time.

    Without the lock, SQLite's own waiting sleeps up to 100 ms between tries.
    """

    engine: Engine
    url: str
    _writing: threading.Lock = field(default_factory=threading.Lock)
    _closed: threading.Event = field(default_factory=threading.Event)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        """Return the SQLite file, or None for PostgreSQL."""
        return Path(self.engine.url.database or "") if self.is_sqlite else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database; Unavailable when it can't."""
        with translated(), self._connected() as connection, connection.begin():
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a transaction whose every query sees the same state, however long it takes."""
        same = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with translated(), self._connected(**same) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end of the block, or leaves nothing behind."""
        with translated(), self._turn(), self._connected(writes=True) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Give all connections back; from then on, reading and writing raise Unavailable."""
        self._closed.set()
        self.engine.dispose()

    def _connected(self, **options: Any) -> Connection:
        if self._closed.is_set():
            raise Unavailable("the database was closed here; open it again")
        return self.engine.connect().execution_options(**options)

    def _turn(self) -> AbstractContextManager[object]:
        return self._writing if self.is_sqlite else nullcontext()


def open_database(url: str, *, called: str = "compoundry") -> Database:
    """Open `sqlite:///file.db` or `postgresql://…`, and tell PostgreSQL what we are called; raise Invalid for any other URL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Invalid(f"not a database URL: {url!r}; use sqlite:///file.db or postgresql://user@host:port/name") from None
    match parsed.get_backend_name():
        case "sqlite":
            return Database(_sqlite(str(parsed), parsed.database), url)
        case "postgresql":
            return Database(pooled(url, called=called), url)
        case other:
            raise Invalid(f"{other} isn't supported; use sqlite:///file.db or postgresql://user@host:port/name")


def pooled(url: str, *, called: str, silence_s: int = PATIENT_S) -> Engine:
    """Connect to PostgreSQL under a name; a connection that nobody used for a while is tried before it is given out.

    After so long a silence inside a transaction, PostgreSQL ends the connection.
    """
    import psycopg  # takes 0.1 s, which whoever has a SQLite file needn't wait for

    parsed = make_url(url)
    reach = {name: value for name, value in _REACH.items() if name not in parsed.query}
    pool = {"pool_size": 10, "max_overflow": 20, "pool_timeout": POOL_S}
    named = {**reach, "application_name": called}
    engine = create_engine(parsed.set(drivername="postgresql+psycopg"), connect_args=named, **pool, **_json())

    @event.listens_for(engine, "connect")
    def limit_silence(connection: psycopg.Connection, _record: object) -> None:
        before, connection.autocommit = connection.autocommit, True
        connection.execute(f"SET {_SILENCE} = '{silence_s}s'")
        connection.autocommit = before

    @event.listens_for(engine, "checkin")
    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def try_old(connection: DBAPIConnection, record: ConnectionPoolEntry, _fairy: object) -> None:
        if time.monotonic() - record.info.get("since", math.inf) <= FRESH_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise InvalidatePoolError from error

    return engine


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite URL, None for PostgreSQL; raise Invalid for any other URL."""
    database = open_database(url)
    database.close()
    return database.file


def clock(connection: Connection, *, patient: bool = False) -> datetime:
    """Ask the database for the time: workers on many hosts share only this clock.

    Whoever asks in order to write is given half a minute between two statements, five minutes when `patient`. A host that
    falls off the net in between would otherwise keep its locks for hours, and every listener waiting for its events.
    """
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    asked = [func.clock_timestamp()]
    if connection.get_execution_options().get("writes") and not patient:
        asked.append(func.set_config(_SILENCE, f"{HASTY_S}s", True))
    now: datetime = connection.execute(select(*asked)).one()[0]
    return now.astimezone(UTC)


def hurry(connection: Connection) -> None:
    """Take little time to write, as whoever asks for the time does."""
    clock(connection)


def _json() -> dict[str, Any]:
    return {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}


def _sqlite(url: str, file: str | None) -> Engine:
    if not file or file == ":memory:":
        raise Invalid("an in-memory database can't be shared with the worker; give a file: sqlite:///file.db")
    engine = create_engine(url, pool_size=10, max_overflow=20, **_json())
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    _keep_a_log(connection)


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Switch to WAL, which SQLite refuses at once, whatever its busy timeout, while another process switches a new file too."""
    until = time.monotonic() + BUSY_MS / 1_000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_AGAIN_S)
        else:
            return


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def translated() -> Iterator[None]:
    """Raise what databases and drivers raise as our own errors."""
    try:
        yield
    except IntegrityError as error:
        raise Twin("the same was stored at the same moment; read it and try again") from error
    except DataError as error:
        raise Invalid(f"the database can't store that ({_cause(error)})") from error
    except (OperationalError, InterfaceError) as error:
        raise Unavailable(f"the database can't be used now ({_cause(error)}); {_advice(error)}") from error
    except PoolExhausted as error:
        raise Unavailable("every connection to the database is in use; try again shortly") from error
    except DBAPIError as error:
        if type(error) is DatabaseError:  # SQLite's word for a file that is damaged, or no database
            raise Unavailable(f"the database can't be read ({_cause(error)}); see: compoundry doctor") from error
        if passing := _PASSING.get(getattr(error.orig, "sqlstate", None) or ""):
            raise Unavailable(passing) from error
        raise


def _advice(error: DBAPIError) -> str:
    match getattr(error.orig, "sqlite_errorname", ""):
        case name if name.startswith("SQLITE_READONLY"):
            return "let this process write the file and its folder"
        case name if name.startswith("SQLITE_CANTOPEN"):
            return "check its path, and that this process may write there"
        case _:
            return "try again shortly"


def _cause(error: DBAPIError) -> str:
    lines = str(error.orig).splitlines()
    return lines[0][:200] if lines else type(error.orig).__name__
