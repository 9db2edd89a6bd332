"""Let one worker at a time have a SQLite file."""

import fcntl
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from compoundry.errors import Conflict, Unavailable


def hold_file(file: Path | None) -> IO[str] | None:
    """Take the one place for a worker on a SQLite file; raise Conflict when another process has it, Unavailable where there is no place."""
    if file is None:
        return None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = Path(f"{file}-worker").open("a+")  # noqa: SIM115 - the open file is the lock
    except OSError as error:
        raise Unavailable(f"no worker can have {file.name}: {error.strerror} ({file}-worker)") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Conflict(f"another process works on {file.name} already; SQLite takes one worker, PostgreSQL any number") from None
    with suppress(OSError):  # on a full disk the lock holds all the same; who holds it is only noted for people
        os.ftruncate(lock.fileno(), 0)
        os.write(lock.fileno(), f"{os.getpid()} {datetime.now(UTC).isoformat()}\n".encode())
    return lock
