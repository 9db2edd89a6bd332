"""Take merges back for good."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from compoundry.errors import Conflict, NotFound
from compoundry.job import same_id
from compoundry.model import Caller, Candidate, Fact, Reason
from compoundry.store import insights, journal
from compoundry.store.database import Connection
from compoundry.store.effects import Effect
from compoundry.store.findings import CANDIDATES
from compoundry.store.journal import Entry
from compoundry.store.lineage import merged_below
from compoundry.store.rows import to_row

MOST: Final = 100  # at once: each is kept apart from each
_NAMED = 5
_STANDING: Final = {"standing": "active", "merged_into": None}


def refusal(connection: Connection, caller: Caller, merges: Mapping[str, str], now: datetime, *, told: bool) -> Candidate:
    """Return what keeps those apart from now on, each from each, that were merged into what `merges` says.

    `told` when it tells, too, that an automatic merge was wrong.
    """
    apart = sorted({*merges, *merges.values()})
    facts: dict[str, Fact] = {"insights": apart}
    if told and any(_merged_by_a_job(connection, caller, loser) for loser in merges):
        facts["sure"] = True
    return Candidate(
        id=same_id("merge", *apart),
        kind="merge",
        subjects=tuple(apart),
        reason=Reason("kept_apart", "a person took the merge back", facts),
        score=0.0,
        created_at=now,
        status="rejected",
        decided_at=now,
        decided_by=caller.name,
    )


def taken_back(connection: Connection, caller: Caller, refused: Candidate, merges: Mapping[str, str]) -> list[Entry]:
    """Undo merges that still stand, and remember the refusal: those are never merged again."""
    undone = []
    for loser, survivor in sorted(merges.items()):
        merged = {"standing": "merged", "merged_into": survivor}
        if insights.one(connection, caller.workspace_id, loser).merged_into == survivor:
            undone.append(Entry("unmerge", loser, refused.reason, (Effect("insight", loser, merged, _STANDING),)))
    return undone + _remembered(connection, caller, refused)


def merges_of(connection: Connection, caller: Caller, id: str, *, whole: bool) -> Mapping[str, str]:
    """Map what is to be taken out to what it was merged into: an insight, or (`whole`) all that was merged into it, at any depth.

    Raises Conflict, saying what can be taken out, where there is nothing.
    """
    found = insights.one(connection, caller.workspace_id, id)
    if not whole and found.merged_into is not None:
        return {id: found.merged_into}
    below = merged_below(connection, caller.workspace_id, [id])
    here: Sequence[str] = sorted(below)
    if not whole:
        named = ", ".join([*here[:_NAMED], *(["…"] if len(here) > _NAMED else [])])
        hint = (
            f"; take out one of the {len(here)} that were merged into it ({named}), or all at once (--all, all=true over HTTP)"
            if here
            else ""
        )
        raise Conflict(f"the insight is {found.standing}, not merged{hint}", {"merged_here": here[:MOST]} if here else None)
    if not here:
        raise Conflict("nothing was merged into the insight")
    if len(here) > MOST:
        raise Conflict(
            f"{len(here)} insights were merged into it, more than {MOST}; take them out one by one", {"merged_here": here[:MOST]}
        )
    return below


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
