"""Open a workspace."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import structlog

from compoundry.app import Parts, assemble
from compoundry.errors import Invalid, NotFound
from compoundry.library.believing import Believing
from compoundry.library.knowing import Knowing
from compoundry.library.operating import Operating
from compoundry.library.reviewing import Reviewing
from compoundry.library.ruling import Ruling
from compoundry.model import Workspace as Known
from compoundry.service import access
from compoundry.settings import settings

DEFAULT = "default"


class Workspace(Knowing, Reviewing, Ruling, Believing, Operating):
    """Hold one workspace of a database; close it, or use it in a `with` block."""

    @classmethod
    def open(cls, database: str | Path, name: str | None = None, *, encoder: str | None = None, create: bool | None = None) -> Self:
        """Open a file, or a database by its URL; the workspace of this name (or slug) is made when there is none.

        Without a name it is `default`, else the only workspace that there is, else a new one called `default`.
        Making one beside others warns, because a slip in a name looks like that; `create=True` says that it is meant, and
        `create=False` makes none and raises NotFound.
        `encoder` is `minilm` (built in), `hashed` (quick, words only) or `remote:MODEL@URL`; else COMPOUNDRY_ENCODER.
        Raises Invalid for a URL that isn't supported and where several workspaces could be meant, Unavailable when the
        database can't be opened.
        """
        _log_where_the_host_logs()
        chosen = settings() if encoder is None else settings().model_copy(update={"encoder": encoder})
        parts = assemble(chosen, _url(database))
        try:
            return cls(parts, access.operator(_named(parts, name, create)))
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


def _named(parts: Parts, name: str | None, create: bool | None) -> int:
    known = access.list_workspaces(parts.app)
    called = [one for one in known if one.name == (name or DEFAULT)] or [one for one in known if one.slug == name]
    if len(called) > 1:
        raise Invalid(
            f"{len(called)} workspaces are called {called[0].name!r}; open one by its slug: {', '.join(one.slug for one in called)}"
        )
    if called:
        return called[0].id
    if name is None and len(known) > 1:
        raise Invalid(f"say which workspace: {', '.join(repr(one.name) for one in known[:5])}")
    if name is None and known:
        return known[0].id
    return _made(parts, name or DEFAULT, known, create)


def _made(parts: Parts, name: str, known: Sequence[Known], create: bool | None) -> int:
    there = f"there is no workspace {name!r} here, but {', '.join(repr(one.name) for one in known[:5])}" if known else ""
    if create is False:
        raise NotFound(there or f"there is no workspace {name!r} here, nor any other", kind="workspace")
    if there and create is None:
        warnings.warn(f"{there}; an empty one is made (create=True says that this is meant, create=False refuses)", stacklevel=4)
    return access.create_workspace(parts.app, name).id
