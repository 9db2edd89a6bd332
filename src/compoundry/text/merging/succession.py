"""Let the newer value hold, and count what happened again."""

from collections.abc import Sequence

from compoundry.job import Reinforce, Supersede, same_id
from compoundry.model import Evidence, Reason
from compoundry.text.merging.ledger import Ledger
from compoundry.text.merging.lineup import Lineup
from compoundry.text.merging.pairing import Pair


def supersede(lineup: Lineup, standing: Sequence[Pair], ledger: Ledger) -> None:
    """Let the newer of two values hold where the newer sentence itself says that it changed."""
    newest: dict[int, tuple[int, Pair]] = {}
    for pair in standing:
        older, newer = lineup.by_age(pair.i, pair.j)
        if pair.verdict.relation != "update" or pair.verdict.strict or not _surely_newer(lineup, older, newer):
            continue
        if lineup.asked("update", pair.i, pair.j):
            continue
        if older not in newest or lineup.age(newer) > lineup.age(newest[older][0]):
            newest[older] = newer, pair
    for older, (newer, pair) in sorted(newest.items()):
        if newer not in newest and not lineup.insights[older].pinned:
            one, other = lineup.insights[older], lineup.insights[newer]
            ledger.changes.append(Supersede(one.id, other.id, other.observed_at, pair.reason))
            ledger.mark(older, "superseded", f"{other.id} is newer")


def _surely_newer(lineup: Lineup, older: int, newer: int) -> bool:
    later = lineup.insights[older].observed_at.date() < lineup.insights[newer].observed_at.date()
    return later and lineup.traits(newer).news


def reinforce(lineup: Lineup, standing: Sequence[Pair], ledger: Ledger) -> None:
    """Count what happened again for the oldest of its kind; both stay."""
    oldest: dict[int, tuple[int, Pair]] = {}
    for pair in standing:
        if pair.verdict.relation == "recurrence":
            older, newer = lineup.by_age(pair.i, pair.j)
            if newer not in oldest or lineup.age(older) < lineup.age(oldest[newer][0]):
                oldest[newer] = older, pair
    for newer, (older, pair) in sorted(oldest.items()):
        one, other = lineup.insights[older], lineup.insights[newer]
        id = same_id("recurrence", one.id, other.id)
        if all(e.id != id for e in one.evidence):
            seen = Evidence(id, "confirmed", other.observed_at, other.source, artifact={"insight": other.id})
            reason = Reason("recurrence", "The same thing happened on another day.", {"cosine": pair.cosine, "again": other.id})
            ledger.changes.append(Reinforce(one.id, seen, reason))
            ledger.mark(older, "recurred", f"seen again in {other.id}")
            ledger.mark(newer, "recurred", f"happened before: {one.id}")
