"""A disk that forgets: what SQLite wrote and didn't sync is lost, whole or in part, when the power goes."""

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw
from sqlalchemy import create_engine, event

from compoundry.store import database as opening
from compoundry.store.database import Database

SECTOR = 512
Write = tuple[int, bytes]  # offset, what; an empty write cuts the file off there


class PowerCut(Exception):
    """End everything: the power is gone."""


class Disk(apsw.VFS):
    """Keep, for each file, what is safe and what is only on its way; `cut_after` that many writes and syncs the power goes."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.name = name
        self.safe: dict[str, bytearray] = defaultdict(bytearray)
        self.on_its_way: dict[str, list[Write]] = defaultdict(list)
        self.left: int | None = None
        self.dead = False

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # SQLite's names
        return _File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        if self.dead:
            return
        self.safe.pop(filename, None)
        self.on_its_way.pop(filename, None)
        super().xDelete(filename, syncdir)

    def alive(self) -> bool:
        """Use the power for one more step; False, and no error, once the test has looked away."""
        if self.left is not None and not self.dead:
            if self.left <= 0:
                raise PowerCut
            self.left -= 1
        return not self.dead

    def sync(self, name: str) -> None:
        for write in self.on_its_way.pop(name, []):
            _put(self.safe[name], write)

    def left_behind(self, dice: random.Random, folder: Path) -> Path:
        """Write what a disk may hold after the power cut: all that is safe, and any part of the rest, torn at sectors."""
        for name, safe in self.safe.items():
            content = bytearray(safe)
            for offset, what in self.on_its_way.get(name, []):
                if dice.random() < 0.5:
                    _put(content, (offset, _torn(what, dice)))
            (folder / Path(name).name).write_bytes(content)
        return folder


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        self.disk = disk
        self.name = name if isinstance(name, str) else name.filename() if name else ""
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self.disk.alive():
            self.disk.on_its_way[self.name].append((offset, bytes(data)))
            super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        if self.disk.alive():
            self.disk.on_its_way[self.name].append((newsize, b""))
            super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        if self.disk.alive():
            self.disk.sync(self.name)
            super().xSync(flags)


def _torn(what: bytes, dice: random.Random) -> bytes:
    """Cut some writes off after a sector."""
    return what[: SECTOR * dice.randint(1, len(what) // SECTOR)] if len(what) > SECTOR and dice.random() < 0.3 else what


def _put(content: bytearray, write: Write) -> None:
    offset, what = write
    if not what:
        del content[offset:]
        return
    content.extend(bytes(max(0, offset + len(what) - len(content))))
    content[offset : offset + len(what)] = what


def opened(file: Path, disk: Disk) -> Database:
    """Open a database as the store does, with its own settings, but on this disk."""
    engine = create_engine(f"sqlite:///{file}", creator=lambda: _Connection(apsw.Connection(str(file), vfs=disk.name)), **opening._json())
    event.listen(engine, "connect", opening._prepare)
    event.listen(engine, "begin", opening._begin)
    return Database(engine, f"sqlite:///{file}")


class _Connection:
    """Speak the database interface of Python over apsw, as far as SQLAlchemy needs it."""

    isolation_level: str | None = None

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection

    def cursor(self) -> "_Cursor":
        return _Cursor(self.connection)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> "_Cursor":
        cursor = self.cursor()
        cursor.execute(sql, values)
        return cursor

    def create_function(self, name: str, count: int, function: Any, **_: Any) -> None:
        self.connection.create_scalar_function(name, function, count)

    def commit(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("COMMIT")

    def rollback(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def close(self) -> None:
        self.connection.close(True)


class _Cursor:
    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection
        self.description: Sequence[Any] | None = None
        self.rowcount = -1
        self.rows: list[Any] = []

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        before = self.connection.total_changes()
        cursor = self.connection.cursor()
        cursor.exec_trace = self._describe
        cursor.execute(sql, tuple(values))
        self.rows = list(cursor)
        self.rowcount = self.connection.total_changes() - before

    def _describe(self, cursor: apsw.Cursor, *_: Any) -> bool:
        """Learn the columns before the first row: after the last one they can't be asked for."""
        told = [(name, kind, None, None, None, None, None) for name, kind in cursor.get_description()]
        self.description = told or None
        return True

    def executemany(self, sql: str, many: Sequence[Sequence[Any]]) -> None:
        before = self.connection.total_changes()
        self.connection.cursor().executemany(sql, [tuple(values) for values in many])
        self.description, self.rowcount = None, self.connection.total_changes() - before

    @property
    def lastrowid(self) -> int:
        return self.connection.last_insert_rowid()

    def fetchone(self) -> Any:
        return self.rows.pop(0) if self.rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        taken, self.rows = self.rows[: size or 1], self.rows[size or 1 :]
        return taken

    def fetchall(self) -> list[Any]:
        taken, self.rows = self.rows, []
        return taken

    def close(self) -> None:
        self.rows = []
