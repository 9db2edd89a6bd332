"""Look at a workspace: read everything that a job may know, in one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from sqlalchemy import Connection, and_, select

from compoundry.columns import Columns
from compoundry.job import Disposition, Rest, Tick, Told, View
from compoundry.model import Candidate, Insight, Pattern, Rule
from compoundry.store import insights, journal, reading, tables, vectors
from compoundry.store.bulk import Wanted, read
from compoundry.store.findings import CANDIDATES, PATTERNS, RULES, snapshots_between
from compoundry.store.lineage import about_the_same, fates, gathered, heirs, standing_in
from compoundry.store.reading import active
from compoundry.text.belief import Sources, heard

_RECENT_SNAPSHOTS = 30
_MOST = 0.5  # where more than that is touched, everything is shown: reading it in one go is as quick


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
    touched: frozenset[str] | None = None,
) -> View:
    """Return the view of a workspace for a job; `fingerprint` names the settings that earlier comparisons must share.

    Evidence is shown as far as its source is trusted; all insights as columns where the job asks for that, and the evidence of
    so many of them where that is enough for it. With `touched`, only what is about those entities, or about the same as anything
    that wasn't compared yet; the rest by its versions.
    """
    here = {} if as_columns else _versions(connection, workspace_id)
    compared = _compared(connection, workspace_id, job_type, fingerprint, here)
    rest = None if touched is None else _rest(connection, workspace_id, here, compared, touched)
    found = () if as_columns else tuple(heard(i, sources.trust) for i in _shown(connection, workspace_id, here, rest))
    candidates = CANDIDATES.everything(connection, workspace_id)
    patterns, rules = PATTERNS.everything(connection, workspace_id), RULES.everything(connection, workspace_id)
    return View(
        workspace_id=workspace_id,
        insights=found,
        vectors=vectors.of(connection, workspace_id, model, [i.id for i in found]),
        model=model,
        candidates=candidates,
        heirs={} if as_columns else heirs(connection, workspace_id, _gone(candidates, here)),
        patterns=patterns,
        rules=rules,
        snapshots=tuple(snapshots_between(connection, workspace_id, None, None, limit=_RECENT_SNAPSHOTS)),
        others=insights.gone(connection, workspace_id),
        fates={} if as_columns else fates(connection, workspace_id, _lost(here, [*patterns, *rules])),
        compared=compared,
        tick=tick,
        columns=columns(connection, workspace_id, sources, evidence_of=evidence_of) if as_columns else None,
        rest=rest,
    )


def _versions(connection: Connection, workspace_id: int) -> dict[str, int]:
    """Return the versions of all active insights, by id."""
    table = tables.insights
    ids, versions = read(connection, [Wanted("word", table.c.id), Wanted("count", table.c.version)], active(connection, workspace_id))
    return dict(zip(ids, versions.tolist(), strict=True))


def _rest(
    connection: Connection, workspace_id: int, here: Mapping[str, int], compared: Mapping[str, int], also: frozenset[str]
) -> Rest | None:
    """Return what needn't be shown; None where that is too little to be worth it."""
    fresh = here.keys() - compared.keys()
    if len(fresh) > len(here) * _MOST:
        return None
    blocks, shown = about_the_same(connection, workspace_id, here.keys(), fresh, also)
    if len(shown) > len(here) * _MOST:
        return None
    return Rest({id: version for id, version in here.items() if id not in shown}, blocks)


def _shown(connection: Connection, workspace_id: int, here: Mapping[str, int], rest: Rest | None) -> Iterable[Insight]:
    if rest is None:
        return standing_in(connection, workspace_id)
    return gathered(connection, workspace_id, sorted(here.keys() - rest.versions.keys())).values()


def _gone(candidates: Iterable[Candidate], here: Collection[str]) -> set[str]:
    """Name the insights that people decided about and that aren't active any more."""
    return {id for c in candidates if c.decided_at for id in c.subjects if id not in here}


def _lost(here: Collection[str], resting: Iterable[Pattern | Rule]) -> set[str]:
    """Name the insights that standing patterns and rules cite and that are active no longer."""
    return {id for one in resting if one.status not in ("rejected", "retired") for id in one.evidence if id not in here}


def columns(connection: Connection, workspace_id: int, sources: Sources, *, evidence_of: int | None = None) -> Columns:
    """Return the active insights as columns, their evidence as far as its source is trusted."""
    found = reading.columns(connection, workspace_id, evidence_of=evidence_of)
    return replace(found, evidence=found.evidence.heard(sources.trust))


def _compared(connection: Connection, workspace_id: int, job_type: str, fingerprint: str, here: Mapping[str, int]) -> Mapping[str, int]:
    """Name the insights that the last such run compared already, put nothing off about, and that say the same since.

    None when nobody knows any more what it put off.
    """
    last = _last_run(connection, workspace_id, job_type, fingerprint) if here else None
    if last is None:
        return {}
    id, since = last
    told = journal.dispositions(connection, workspace_id, id)
    if not told:
        return {}
    unchanged = [and_(mine, tables.insights.c.changed_at < since) for mine in active(connection, workspace_id)]
    (old,) = read(connection, [Wanted("word", tables.insights.c.id)], unchanged)
    late = set(_postponed(told))
    return {id: here[id] for id in old if id not in late}


def _postponed(told: Sequence[Disposition]) -> Iterable[str]:
    if not isinstance(told, Told):
        return (d.insight for d in told if d.outcome == "postponed")
    late = [n for n, (outcome, _) in enumerate(told.sayings) if outcome == "postponed"]
    return (told.insights[n] for n in np.flatnonzero(np.isin(told.says, late)).tolist())


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
