"""Open a workspace."""

from pathlib import Path
from typing import Self

import structlog

from compoundry.app import Parts, assemble
from compoundry.errors import Invalid
from compoundry.library.believing import Believing
from compoundry.library.knowing import Knowing
from compoundry.library.operating import Operating
from compoundry.library.reviewing import Reviewing
from compoundry.library.ruling import Ruling
from compoundry.service import access
from compoundry.settings import settings

DEFAULT = "default"


class Workspace(Knowing, Reviewing, Ruling, Believing, Operating):
    """Hold one workspace of a database; close it, or use it in a `with` block."""

    @classmethod
    def open(cls, database: str | Path, name: str | None = None, *, encoder: str | None = None) -> Self:
        """Open a file, or a database by its URL; the workspace of this name is made when there is none.

        Without a name it is `default`, else the only workspace that there is, else a new one called `default`.
        `encoder` is `minilm` (built in), `hashed` (quick, words only) or `remote:MODEL@URL`; else COMPOUNDRY_ENCODER.
        Raises Invalid for a URL that isn't supported and where several workspaces could be meant, Unavailable when the
        database can't be opened.
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


def _named(parts: Parts, name: str | None) -> int:
    known = access.list_workspaces(parts.app)
    if found := next((one for one in known if one.name == (name or DEFAULT)), None):
        return found.id
    if name is None and len(known) > 1:
        raise Invalid(f"say which workspace: {', '.join(repr(one.name) for one in known[:5])}")
    return known[0].id if name is None and known else access.create_workspace(parts.app, name or DEFAULT).id
