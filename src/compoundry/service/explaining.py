"""Tell why an insight is as it is: merged because, kept apart because, gone because."""

from collections.abc import Sequence
from dataclasses import dataclass

from compoundry import jobs
from compoundry.job import Disposition
from compoundry.model import Caller, Candidate, Insight, Pattern, Rule, Run
from compoundry.service.app import App
from compoundry.service.neighbourhood import Neighbourhood, neighbourhood
from compoundry.store import insights, journal, runs
from compoundry.store.database import Connection
from compoundry.store.findings import CANDIDATES, PATTERNS, RULES
from compoundry.store.journal import Entry
from compoundry.store.lineage import gathered


@dataclass(frozen=True, slots=True)
class Story:
    """Hold all that was decided about one insight, and what stands on it."""

    insight: Insight
    survivor: Insight | None
    merged_here: Sequence[Insight]
    decisions: Sequence[tuple[str, Entry]]
    candidates: Sequence[Candidate]
    dispositions: Sequence[tuple[Run, Disposition]]
    patterns: Sequence[Pattern]
    rules: Sequence[Rule]
    neighbours: Neighbourhood


def why(app: App, caller: Caller, id: str) -> Story:
    """Return the story of an insight, or raise NotFound."""
    caller.need("record.read")
    mine = caller.workspace_id
    with app.database.read() as connection:
        found = insights.one(connection, mine, id)
        family = insights.family(connection, mine, id)
        merged = gathered(connection, mine, family[1:])
        standing_on = PATTERNS.everything(connection, mine)
        rules = RULES.everything(connection, mine)
        return Story(
            insight=found,
            survivor=_survivor(connection, mine, found),
            merged_here=[merged[other] for other in family[1:]],
            decisions=[told for one in family for told in journal.about(connection, mine, one)],
            candidates=[asked for asked in CANDIDATES.everything(connection, mine) if id in asked.subjects],
            dispositions=_dispositions(connection, mine, id),
            patterns=[p for p in standing_on if set(family) & set(p.evidence)],
            rules=[r for r in rules if set(family) & set(r.evidence)],
            neighbours=neighbourhood(connection, caller, found),
        )


@dataclass(frozen=True, slots=True)
class Chain:
    """Hold where a pattern or a rule comes from: the insights, the pattern, the rules, and all that was decided about it."""

    insights: Sequence[Insight]
    pattern: Pattern | None
    rules: Sequence[Rule]
    decisions: Sequence[tuple[str, Entry]]


def why_pattern(app: App, caller: Caller, id: str) -> Chain:
    """Return what a pattern stands on, the rules made from it, and its history, oldest first; NotFound for an unknown one."""
    caller.need("record.read")
    mine = caller.workspace_id
    with app.database.read() as connection:
        found = PATTERNS.one(connection, mine, id)
        made = [rule for rule in RULES.everything(connection, mine) if rule.pattern_id == id]
        return Chain(_evidence(connection, mine, found.evidence), found, made, journal.about(connection, mine, id))


def why_rule(app: App, caller: Caller, id: str) -> Chain:
    """Return what a rule stands on, insight → pattern → rule, and its history, oldest first; NotFound for an unknown one."""
    caller.need("record.read")
    mine = caller.workspace_id
    with app.database.read() as connection:
        found = RULES.one(connection, mine, id)
        behind = [p for p in PATTERNS.everything(connection, mine) if p.id == found.pattern_id]
        told = journal.about(connection, mine, id)
        return Chain(_evidence(connection, mine, found.evidence), behind[0] if behind else None, [found], told)


def _evidence(connection: Connection, workspace_id: int, ids: Sequence[str]) -> list[Insight]:
    known = gathered(connection, workspace_id, list(ids))
    return [known[id] for id in ids if id in known]


def _survivor(connection: Connection, workspace_id: int, found: Insight) -> Insight | None:
    stays = found.merged_into or found.superseded_by
    return gathered(connection, workspace_id, [stays]).get(stays) if stays else None


def _dispositions(connection: Connection, workspace_id: int, id: str) -> list[tuple[Run, Disposition]]:
    """Return what the last run of each job made of the insight."""
    told = []
    for job_type in jobs.found():
        filters = {"job_type": job_type, "state": "completed", "act": "run", "dry_run": False}
        for run in runs.newest(connection, workspace_id, limit=1, filters=filters):
            told += [(run, d) for d in journal.disposition(connection, workspace_id, run.id, id)]
    return told
