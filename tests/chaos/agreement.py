"""Compare what a database holds with what its journal says."""

from collections.abc import Sequence

from sqlalchemy import func, select

from compoundry.app import Parts
from compoundry.model import Caller, Run
from compoundry.service import runs
from compoundry.store import tables


def must_agree(parts: Parts, caller: Caller, ended: Sequence[Run]) -> None:
    """Fail unless what runs say they inserted is there once, and nothing else is."""
    entries = [entry for run in ended for _, entry in runs.changes(parts.app, caller, run.id)]
    inserted = [(e.noun, e.id) for entry in entries for e in entry.effects if e.before is None]
    assert len(inserted) == len(set(inserted)), "something was inserted twice"
    insights, mine = tables.insights.c, caller.workspace_id
    with parts.app.database.read() as connection:
        merged = connection.scalar(select(func.count()).where(insights.workspace_id == mine, insights.standing == "merged"))
        snapshots = connection.scalar(select(func.count()).where(tables.snapshots.c.workspace_id == mine))
        patterns = connection.scalar(select(func.count()).where(tables.patterns.c.workspace_id == mine))
    assert merged == sum(entry.kind == "merge" for entry in entries)
    assert snapshots == sum(run.job_type == "metrics" for run in ended)
    assert patterns == sum(noun == "pattern" for noun, _ in inserted)
