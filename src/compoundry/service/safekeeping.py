"""Save a SQLite database while it is in use, and bring a saved one back."""

from pathlib import Path

from compoundry.errors import Invalid
from compoundry.store import backup
from compoundry.store.backup import Copy
from compoundry.store.database import file_of


def save(database_url: str, into: Path, *, force: bool = False) -> Copy:
    """Save a database into a file, checked, while others go on writing; Conflict when the file exists, unless `force`."""
    return backup.save(_file(database_url), into, force=force)


def bring_back(copy: Path, database_url: str, *, force: bool = False) -> Copy:
    """Make a database what a saved one holds; Conflict when it exists, unless `force`. No worker may have it open."""
    return backup.put_back(copy, _file(database_url), force=force)


def _file(database_url: str) -> Path:
    file = file_of(database_url)
    if file is None:
        raise Invalid("PostgreSQL has tools of its own for this: pg_dump and pg_restore")
    return file
