"""Let one worker at a time have a SQLite file."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from compoundry.errors import Conflict


def hold_file(file: Path | None) -> IO[str] | None:
    """Take the one place for a worker on a SQLite file; raise Conflict when another process has it."""
    if file is None:
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = Path(f"{file}-worker").open("a+")  # noqa: SIM115 - the open file is the lock
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Conflict(f"another process works on {file.name} already; SQLite takes one worker, PostgreSQL any number") from None
    lock.truncate(0)
    lock.write(f"{os.getpid()} {datetime.now(UTC).isoformat()}\n")
    lock.flush()
    return lock
