"""Open a workspace."""

from pathlib import Path
from typing import Self

import structlog

from compoundry.app import Parts, assemble
from compoundry.library.believing import Believing
from compoundry.library.knowing import Knowing
from compoundry.library.operating import Operating
from compoundry.library.reviewing import Reviewing
from compoundry.library.ruling import Ruling
from compoundry.service import access
from compoundry.settings import settings


class Workspace(Knowing, Reviewing, Ruling, Believing, Operating):
    """Hold one workspace of a database; close it, or use it in a `with` block."""

    @classmethod
    def open(cls, database: str | Path, name: str = "default", *, encoder: str | None = None) -> Self:
        """Open a file, or a database by its URL; the workspace of this name is made when there is none.

        `encoder` is `minilm` (built in), `hashed` (quick, words only) or `remote:MODEL@URL`; else COMPOUNDRY_ENCODER.
        Raises Invalid for a URL that isn't supported, Unavailable when the database can't be opened.
        """
        _log_where_the_host_logs()
        chosen = settings() if encoder is None else settings().model_copy(update={"encoder": encoder})
        parts = assemble(chosen, _url(database))
        try:
            return cls(parts, access.operator(_named(parts, name)))
        except BaseException:
            parts.close()
            raise


def _log_where_the_host_logs() -> None:
    """Hand log lines to `logging`, unless the host has configured structlog; by itself that prints to stdout."""
    if not structlog.is_configured():
        structlog.configure(
            processors=[structlog.stdlib.filter_by_level, structlog.processors.format_exc_info, structlog.stdlib.render_to_log_kwargs],
            wrapper_class=structlog.stdlib.BoundLogger,
            logger_factory=structlog.stdlib.LoggerFactory(),
        )


def _url(database: str | Path) -> str:
    """Make a URL of a file's path.

    >>> _url("memory.db")
    'sqlite:///memory.db'
    """
    text = str(database)
    return text if "://" in text else f"sqlite:///{Path(text).expanduser()}"


def _named(parts: Parts, name: str) -> int:
    for found in access.list_workspaces(parts.app):
        if found.name == name:
            return found.id
    return access.create_workspace(parts.app, name).id
