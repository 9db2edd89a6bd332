"""Make insights and runs for tests, in few words."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from compoundry.app import Parts
from compoundry.engine import inline
from compoundry.model import Caller, Run
from compoundry.service import insights, runs
from compoundry.service.intake import read
from compoundry.store.insights import Learned

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def said(content: str, *about: str, day: int = 0, **more: Any) -> dict[str, Any]:
    """Write an insight as a client would."""
    entities = [{"name": name, "type": "person"} for name in about]
    return {"content": content, "entities": entities, "observed_at": (DAY + timedelta(days=day)).isoformat(), "source": "agent", **more}


def learn(parts: Parts, caller: Caller, given: Sequence[dict[str, Any]]) -> list[Learned]:
    """Store insights through the service."""
    return insights.learn(parts.app, caller, [read(one) for one in given])


def run(parts: Parts, caller: Caller, job_type: str, *, dry_run: bool = False) -> Run:
    """Trigger a job and carry it out here and now."""
    return inline.carry_out(parts.shop, runs.trigger(parts.app, caller, job_type, dry_run=dry_run))


def finish(parts: Parts, accepted: Run) -> Run:
    """Carry out a run that was accepted."""
    return inline.carry_out(parts.shop, accepted)


NOTES = [
    said("Dana prefers email over phone calls.", "Dana", day=0),
    said("Dana prefers email over phone calls", "Dana", day=3),
    said("dana prefers e-mail over phone calls", "Dana", day=9, source="crm"),
    said("Dana has 200 employees.", "Dana", day=1),
    said("Dana has 250 employees.", "Dana", day=2),
    said("Northwind complains that exports are slow.", "Northwind", day=4),
    said("Lakeside complains that exports are slow.", "Lakeside", day=8),
    said("Hillcrest complains that the exports are slow.", "Hillcrest", day=15),
    said("Bellwood says exports are too slow.", "Bellwood", day=20),
    said("When an export times out, restart the queue worker first.", "Northwind", day=21),
    said("Miguel moved to Lisbon.", "Miguel", day=-400),
    said("Miguel likes hiking.", "Miguel", day=-390, confidence=0.3),
]
