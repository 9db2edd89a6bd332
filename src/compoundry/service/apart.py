"""Take one merge back for good."""

from datetime import datetime
from typing import Final

from compoundry.errors import NotFound
from compoundry.job import same_id
from compoundry.model import Caller, Candidate, Fact, Reason
from compoundry.store import insights, journal
from compoundry.store.database import Connection
from compoundry.store.effects import Effect
from compoundry.store.findings import CANDIDATES
from compoundry.store.journal import Entry
from compoundry.store.rows import to_row

_STANDING: Final = {"standing": "active", "merged_into": None}


def refusal(connection: Connection, caller: Caller, loser: str, survivor: str, now: datetime, *, counted: bool) -> Candidate:
    """Return what keeps two apart from now on; `counted` when it tells, too, that an automatic merge was wrong."""
    pair = sorted((loser, survivor))
    facts: dict[str, Fact] = {"insights": pair}
    if counted and _merged_by_a_job(connection, caller, loser):
        facts["sure"] = True
    return Candidate(
        id=same_id("merge", *pair),
        kind="merge",
        subjects=tuple(pair),
        reason=Reason("kept_apart", "a person took the merge back", facts),
        score=0.0,
        created_at=now,
        status="rejected",
        decided_at=now,
        decided_by=caller.name,
    )


def taken_back(connection: Connection, caller: Caller, refused: Candidate, loser: str, survivor: str) -> list[Entry]:
    """Undo a merge if it still stands, and remember the refusal: the two are never merged again."""
    merged = {"standing": "merged", "merged_into": survivor}
    stands = insights.one(connection, caller.workspace_id, loser).merged_into == survivor
    undone = [Entry("unmerge", loser, refused.reason, (Effect("insight", loser, merged, _STANDING),))] if stands else []
    return undone + _remembered(connection, caller, refused)


def open_audit(connection: Connection, caller: Caller, loser: str, survivor: str) -> Candidate | None:
    """Return the question whether this merge is right, while it waits for an answer."""
    try:
        found = CANDIDATES.one(connection, caller.workspace_id, same_id("audit", loser, survivor))
    except NotFound:
        return None
    return found if found.status == "open" else None


def _merged_by_a_job(connection: Connection, caller: Caller, id: str) -> bool:
    merges = [entry for _, entry in journal.about(connection, caller.workspace_id, id) if entry.kind == "merge"]
    return bool(merges) and merges[-1].reason.code != "reviewed"


def _remembered(connection: Connection, caller: Caller, refused: Candidate) -> list[Entry]:
    """Keep the refusal, as a new candidate or on the one that there is."""
    try:
        known = CANDIDATES.one(connection, caller.workspace_id, refused.id)
    except NotFound:
        return [Entry("propose", refused.id, refused.reason, (Effect("candidate", refused.id, None, to_row(refused)),))]
    change = Effect("candidate", refused.id, {"status": known.status}, {"status": "rejected"})
    return [Entry("decide", refused.id, refused.reason, (change,))] if known.status != "rejected" else []
