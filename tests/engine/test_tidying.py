"""What nobody needs any more is forgotten; what somebody may still ask for is kept."""

from datetime import timedelta

import pytest

from compoundry.app import Parts
from compoundry.engine.tidying import Kept, tidy
from compoundry.errors import Conflict
from compoundry.model import Caller
from compoundry.service import happening, insights, runs
from compoundry.service.runs import Idempotency
from compoundry.store.database import Database, clock
from tests.made import NOTES, learn, run

ONCE = Idempotency("key", "digest")
KEPT = Kept(answers_days=1, events_days=2, dispositions_days=3)


def after(database: Database, days: float) -> dict[str, int]:
    with database.read() as connection:
        now = clock(connection)
    return tidy(database, KEPT, now + timedelta(days=days))


def test_each_kind_is_kept_as_long_as_it_should_be(parts: Parts, caller: Caller, database: Database) -> None:
    learn(parts, caller, NOTES)
    first = runs.trigger(parts.app, caller, "metrics", once=ONCE)
    assert after(database, 0.9) == {"answers": 0, "events": 0, "dispositions": 0}
    assert runs.trigger(parts.app, caller, "metrics", once=ONCE).id == first.id
    assert after(database, 1.1)["answers"] == 1
    assert runs.trigger(parts.app, caller, "metrics", once=ONCE).id != first.id
    while not happening.events(parts.app, caller):
        """On PostgreSQL, events are shown when no older transaction of any database runs any more."""
    assert after(database, 2.1)["events"] > 0
    (newest,) = happening.events(parts.app, caller)
    runs.trigger(parts.app, caller, "metrics", dry_run=True)
    while len(happening.events(parts.app, caller, after=newest.id)) != 1:
        """Whoever has read up to the newest misses nothing."""


def test_the_last_run_of_a_job_keeps_what_became_of_each_insight(parts: Parts, caller: Caller, database: Database) -> None:
    learn(parts, caller, NOTES)
    old, dry, last = (run(parts, caller, "consolidation", dry_run=dry) for dry in (False, True, False))
    kept = runs.dispositions(parts.app, caller, last.id)
    assert kept
    assert after(database, 3.1)["dispositions"] == 2
    assert runs.dispositions(parts.app, caller, old.id) == ()
    assert runs.dispositions(parts.app, caller, last.id) == kept
    with pytest.raises(Conflict, match="so old"):
        runs.apply(parts.app, caller, dry.id)
    assert runs.status(parts.app, caller, old.id).counts == old.counts
    assert insights.recent(parts.app, caller)


def test_nothing_is_forgotten_where_it_is_kept_for_ever(parts: Parts, caller: Caller, database: Database) -> None:
    learn(parts, caller, NOTES)
    runs.trigger(parts.app, caller, "metrics", once=ONCE)
    with database.read() as connection:
        later = clock(connection) + timedelta(days=9_999)
    assert tidy(database, Kept(0, 0, 0), later) == {}
