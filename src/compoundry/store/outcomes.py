"""Keep what users of rules report, and who saw which rule."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from compoundry.store import tables

_O = tables.rule_outcomes
_E = tables.exposures
_R = tables.rules


@dataclass(frozen=True, slots=True)
class Outcome:
    """Record what one use of a rule led to; `withheld` when the session had gone without the rule on purpose."""

    id: str
    rule_id: str
    outcome: str
    session: str
    withheld: bool
    note: str
    by: str
    at: datetime


def report(connection: Connection, workspace_id: int, told: Outcome) -> None:
    """Keep an outcome; one of a session that had the rule counts for the rule."""
    row = {name: getattr(told, name) for name in Outcome.__slots__}
    connection.execute(insert(_O), [{"workspace_id": workspace_id, **row}])
    if told.outcome in ("helped", "harmed") and not told.withheld:
        column = _R.c[told.outcome]
        this = update(_R).where(_R.c.workspace_id == workspace_id, _R.c.id == told.rule_id)
        connection.execute(this.values({column.name: column + 1, "version": _R.c.version + 1}))


def of_rule(connection: Connection, workspace_id: int, rule_id: str, *, limit: int) -> list[Outcome]:
    """List the newest outcomes of a rule first."""
    mine = select(_O).where(_O.c.workspace_id == workspace_id, _O.c.rule_id == rule_id)
    return [_outcome(row) for row in connection.execute(mine.order_by(_O.c.at.desc(), _O.c.id.desc()).limit(limit))]


def tally(connection: Connection, workspace_id: int, rule_id: str) -> Counter[tuple[str, bool]]:
    """Count the outcomes of a rule by what they were and whether it was withheld."""
    mine = select(_O.c.outcome, _O.c.withheld, func.count().label("n")).where(_O.c.workspace_id == workspace_id, _O.c.rule_id == rule_id)
    return Counter({(row.outcome, row.withheld): row.n for row in connection.execute(mine.group_by(_O.c.outcome, _O.c.withheld))})


def expose(connection: Connection, workspace_id: int, session: str, rules: Mapping[str, bool], now: datetime) -> None:
    """Note which rules a session got and which were withheld, by rule id; what was noted first stays."""
    mine = {"workspace_id": workspace_id, "session": session, "at": now}
    rows = [{**mine, "rule_id": id, "withheld": out} for id, out in sorted(rules.items())]
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    if rows:
        connection.execute(dialect.insert(_E).on_conflict_do_nothing(), rows)


def withheld(connection: Connection, workspace_id: int, session: str, rule_id: str) -> bool:
    """Tell whether a session went without a rule on purpose."""
    this = select(_E.c.withheld).where(_E.c.workspace_id == workspace_id, _E.c.session == session, _E.c.rule_id == rule_id)
    return bool(connection.scalar(this))


def exposures(connection: Connection, workspace_id: int, rule_id: str) -> tuple[int, int]:
    """Count the sessions that got a rule, and those that went without it."""
    out = case((_E.c.withheld, 1), else_=0)
    counted = select(func.count(), func.sum(out)).where(_E.c.workspace_id == workspace_id, _E.c.rule_id == rule_id)
    every, without = connection.execute(counted).one()
    return every - (without or 0), without or 0


def _outcome(row: Row[Any]) -> Outcome:
    return Outcome(*(getattr(row, name) for name in Outcome.__slots__))
