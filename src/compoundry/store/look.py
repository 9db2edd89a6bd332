"""Look at a workspace: read everything that a job may know, in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from compoundry.columns import Columns
from compoundry.job import Tick, View
from compoundry.model import Candidate, Insight, Pattern, Rule
from compoundry.store import insights, journal, reading, tables, vectors
from compoundry.store.findings import CANDIDATES, PATTERNS, RULES, snapshots_between
from compoundry.store.lineage import fates, heirs, standing_in
from compoundry.text.belief import Sources, heard

_RECENT_SNAPSHOTS = 30


def look(
    connection: Connection,
    workspace_id: int,
    *,
    job_type: str,
    model: str,
    fingerprint: str,
    sources: Sources,
    tick: Tick,
    as_columns: bool = False,
    evidence_of: int | None = None,
) -> View:
    """Return the view of a workspace for a job; `fingerprint` names the settings that earlier comparisons must share.

    Evidence is shown as far as its source is trusted; all insights as columns where the job asks for that, and the evidence of
    so many of them where that is enough for it.
    """
    found = () if as_columns else tuple(heard(i, sources.trust) for i in standing_in(connection, workspace_id))
    counted = insights.count(connection, workspace_id)
    candidates = CANDIDATES.everything(connection, workspace_id)
    patterns, rules = PATTERNS.everything(connection, workspace_id), RULES.everything(connection, workspace_id)
    return View(
        workspace_id=workspace_id,
        insights=found,
        vectors=vectors.of(connection, workspace_id, model, [i.id for i in found]),
        model=model,
        candidates=candidates,
        heirs={} if as_columns else heirs(connection, workspace_id, _gone(candidates, found)),
        patterns=patterns,
        rules=rules,
        snapshots=tuple(snapshots_between(connection, workspace_id, None, None, limit=_RECENT_SNAPSHOTS)),
        others={standing: n for standing, n in sorted(counted.items()) if standing != "active"},
        fates={} if as_columns else fates(connection, workspace_id, _lost(found, [*patterns, *rules])),
        compared=_compared(connection, workspace_id, job_type, fingerprint, found),
        tick=tick,
        columns=columns(connection, workspace_id, sources, evidence_of=evidence_of) if as_columns else None,
    )


def _gone(candidates: Iterable[Candidate], found: Iterable[Insight]) -> set[str]:
    """Name the insights that people decided about and that aren't active any more."""
    return {id for c in candidates if c.decided_at for id in c.subjects} - {i.id for i in found}


def _lost(found: Iterable[Insight], resting: Iterable[Pattern | Rule]) -> set[str]:
    """Name the insights that standing patterns and rules cite and that are active no longer."""
    cited = {id for one in resting if one.status not in ("rejected", "retired") for id in one.evidence}
    return cited - {i.id for i in found} if cited else set()


def columns(connection: Connection, workspace_id: int, sources: Sources, *, evidence_of: int | None = None) -> Columns:
    """Return the active insights as columns, their evidence as far as its source is trusted."""
    found = reading.columns(connection, workspace_id, evidence_of=evidence_of)
    return replace(found, evidence=found.evidence.heard(sources.trust))


def _compared(connection: Connection, workspace_id: int, job_type: str, fingerprint: str, found: tuple[Insight, ...]) -> Mapping[str, int]:
    """Name the insights that the last such run compared already, put nothing off about, and that say the same since.

    None when nobody knows any more what it put off.
    """
    last = _last_run(connection, workspace_id, job_type, fingerprint) if found else None
    if last is None:
        return {}
    id, since = last
    told = journal.dispositions(connection, workspace_id, id)
    if not told:
        return {}
    table = tables.insights
    unchanged = select(table.c.id).where(table.c.workspace_id == workspace_id, table.c.standing == "active", table.c.changed_at < since)
    old = set(connection.scalars(unchanged))
    old -= {d.insight for d in told if d.outcome == "postponed"}
    return {i.id: i.version for i in found if i.id in old}


def _last_run(connection: Connection, workspace_id: int, job_type: str, fingerprint: str) -> tuple[str, datetime] | None:
    """Return the last such run with the same settings, and when it was accepted; None when a revert came after it."""
    run = tables.runs
    mine = select(run.c.id, run.c.act, run.c.accepted_at, run.c.fingerprint).where(
        run.c.workspace_id == workspace_id,
        run.c.job_type == job_type,
        run.c.state == "completed",
        run.c.act.in_(("run", "revert")),
        ~run.c.dry_run,
    )
    last = connection.execute(mine.order_by(run.c.ended_at.desc()).limit(1)).one_or_none()
    if last is None or last.act != "run" or last.fingerprint != fingerprint:
        return None
    return last.id, last.accepted_at
