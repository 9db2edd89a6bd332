"""Hold an open workspace, and what all its parts need."""

from types import TracebackType
from typing import Self

from compoundry.app import Parts
from compoundry.engine import inline
from compoundry.engine.encoding import encode_missing
from compoundry.library.run import Run
from compoundry.model import Caller
from compoundry.model import Run as Record


class Opened:
    """Hold the parts of an open workspace."""

    def __init__(self, parts: Parts, caller: Caller) -> None:
        self._parts, self._app, self._caller = parts, parts.app, caller

    def close(self) -> None:
        """Give the database back."""
        self._parts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Workspace({self.id} in {self._app.database.engine.url.render_as_string(hide_password=True)})"

    @property
    def id(self) -> int:
        """Return the workspace's id."""
        return self._caller.workspace_id

    def _encoded(self) -> None:
        encode_missing(self._parts.shop, self.id)

    def _carried_out(self, record: Record) -> Run:
        return Run(self, inline.carry_out(self._parts.shop, record))
