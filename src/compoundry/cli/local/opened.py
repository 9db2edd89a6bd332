"""Hold an open database for the command line."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from compoundry import wire
from compoundry.app import Parts, assemble
from compoundry.cli.where import Where
from compoundry.client.nouns import Candidate, Insight, Run
from compoundry.errors import Invalid
from compoundry.logs import configure
from compoundry.model import Caller
from compoundry.model import Candidate as StoredCandidate
from compoundry.model import Insight as StoredInsight
from compoundry.model import Run as StoredRun
from compoundry.service import access, insights
from compoundry.service.app import App
from compoundry.settings import settings
from compoundry.store.database import file_of


@contextmanager
def open_parts(where: Where, *, make: bool = False) -> Iterator[Parts]:
    """Open the database that the command line or the environment names; the command itself says what happened, so nothing is logged.

    A SQLite file that isn't there is made only where `make` says so; else Invalid says how to make it.
    """
    configure("text", level=logging.DEBUG if os.environ.get("COMPOUNDRY_DEBUG") else logging.CRITICAL)
    known = settings()
    file = file_of(where.database or known.database)
    if file and not file.exists() and not make:
        raise Invalid(f"there is no database {file} yet; make it with: compoundry workspace create NAME")
    parts = assemble(known, where.database)
    try:
        yield parts
    finally:
        parts.close()


def workspace_meant(app: App, id: int | None) -> int:
    """Return the workspace that is meant: the one named, or the only one."""
    if id is not None:
        return access.workspace(app, id).id
    match access.list_workspaces(app):
        case []:
            raise Invalid("there is no workspace yet; make one with: compoundry workspace create NAME")
        case [only]:
            return only.id
        case several:
            raise Invalid(f"say which workspace: --workspace {' or '.join(str(w.id) for w in several[:5])}")


class Opened:
    """Hold an open database for the command line."""

    def __init__(self, parts: Parts, caller: Caller) -> None:
        self._parts, self._app, self._caller = parts, parts.app, caller

    def _insight(self, found: StoredInsight) -> Insight:
        return Insight.read(wire.insight(found, self._caller.workspace_id))

    def _candidate(self, asked: StoredCandidate, run: StoredRun | None = None) -> Candidate:
        about = insights.named(self._app, self._caller, asked.subjects)
        decided = {"job_run_id": run.id} if run else {}
        return Candidate.read({**wire.candidate(asked, about, self._caller.workspace_id), **decided})


def shown(run: StoredRun) -> Run:
    """Shape a run as the client reads it."""
    return Run.read(wire.status(run))


def accepted(run: StoredRun) -> Run:
    """Shape a run that was just stored."""
    return Run.read(wire.accepted(run))
