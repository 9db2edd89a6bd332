"""Carry a run out in a process that dies at its n-th statement or commit."""

import os
from multiprocessing import get_context
from typing import Any, Final

from sqlalchemy import event

from compoundry.app import assemble
from compoundry.engine import inline
from compoundry.service import access, runs
from compoundry.settings import Settings

CRASHED: Final = 17
_PROCESSES: Final = get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__, "compoundry.jobs", "compoundry.service.runs"])


def died(url: str, workspace: int, run: str, *, at: int) -> bool:
    """Carry a run out in a process of its own; return whether it died before the run had ended."""
    process = _PROCESSES.Process(target=_carry_out, args=(url, workspace, run, at))
    process.start()
    process.join(60)
    assert process.exitcode in (0, CRASHED), f"the process ended with {process.exitcode}"
    return process.exitcode == CRASHED


def _carry_out(url: str, workspace: int, run: str, at: int) -> None:
    parts = assemble(Settings(encoder="hashed", lease_s=2.0), url)
    asked = runs.status(parts.app, access.operator(workspace), run)
    left = at

    def count(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os._exit(CRASHED)

    event.listen(parts.app.database.engine, "before_cursor_execute", count)
    event.listen(parts.app.database.engine, "commit", count)
    inline.carry_out(parts.shop, asked)
