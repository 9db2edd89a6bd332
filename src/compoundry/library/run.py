"""Hold how a run ended, and what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compoundry.job import Disposition
from compoundry.model import Counts, Reason
from compoundry.model import Run as Record
from compoundry.pictures import notebook
from compoundry.service import runs
from compoundry.store.journal import Entry

if TYPE_CHECKING:
    from compoundry.library.opened import Opened


@dataclass(frozen=True)
class Run:
    """Hold how a run ended, and what can be done about it."""

    workspace: "Opened"
    record: Record

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def job_type(self) -> str:
        return self.record.job_type

    @property
    def dry_run(self) -> bool:
        return self.record.dry_run

    @property
    def state(self) -> str:
        """Return `completed` or `failed`."""
        return self.record.state

    @property
    def counts(self) -> Counts:
        """Return what was scanned, affected and created; for a dry run, what would be."""
        return self.record.counts

    @property
    def error(self) -> Mapping[str, object] | None:
        """Return why the run failed."""
        return self.record.error

    @property
    def notes(self) -> Sequence[Reason]:
        """Return what the whole run has to say, such as that merging is paused or a bound is broken."""
        return self.record.notes

    @property
    def changes(self) -> list[Entry]:
        """Return what the run did, or would do, each with its reason and its row edits."""
        ws = self.workspace
        return [entry for _, entry in runs.changes(ws._app, ws._caller, self.id)]

    def __str__(self) -> str:
        counts = self.counts
        told = f"{counts.scanned} scanned, {counts.affected} affected, {counts.created} created, {counts.errors} errors"
        why = f": {self.error['message']}" if self.error else ""
        line = f"{'dry run' if self.dry_run else 'run'} {self.id} of {self.job_type} {self.state}{why} ({told})"
        return "\n".join((line, *(note.text for note in self.notes)))

    def _repr_html_(self) -> str:
        return notebook.run(self.record, self.changes)

    @property
    def dispositions(self) -> Sequence[Disposition]:
        """Return what became of each insight that the run scanned."""
        ws = self.workspace
        return runs.dispositions(ws._app, ws._caller, self.id)

    def apply(self) -> "Run":
        """Do exactly what this dry run has shown; Stale, naming what changed, when it no longer fits."""
        ws = self.workspace
        return ws._carried_out(runs.apply(ws._app, ws._caller, self.id))

    def revert(self) -> "Run":
        """Take back what this run did; later edits are kept."""
        ws = self.workspace
        return ws._carried_out(runs.revert(ws._app, ws._caller, self.id))

    def retry(self) -> "Run":
        """Try a failed run again, as a new run."""
        ws = self.workspace
        return ws._carried_out(runs.retry(ws._app, ws._caller, self.id))
