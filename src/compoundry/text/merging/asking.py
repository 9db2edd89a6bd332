"""Ask a person about what is near but not sure, and take back questions that have no more point."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from compoundry.job import Propose, Withdraw
from compoundry.model import Candidate, CandidateKind, Reason
from compoundry.text.merging.ledger import Ledger
from compoundry.text.merging.lineup import Lineup
from compoundry.text.merging.pairing import Pair

_KINDS: Mapping[str, CandidateKind] = {"unsure": "merge", "same": "merge", "update": "update", "contradiction": "contradiction"}


def ask(lineup: Lineup, standing: Sequence[Pair], ledger: Ledger, *, now: datetime) -> None:
    """Ask about every pair that is near but not sure, once."""
    gone = ledger.places("superseded")
    for pair in standing:
        kind = _KINDS.get(pair.verdict.relation)
        if kind is None or {pair.i, pair.j} & gone:
            continue
        id = lineup.question(kind, pair.i, pair.j)
        if id in lineup.candidates:
            continue
        subjects = tuple(lineup.insights[place].id for place in _ordered(lineup, kind, pair))
        ledger.changes.append(Propose(Candidate(id, kind, subjects, pair.reason, pair.cosine, now)))
        for place in (pair.i, pair.j):
            ledger.mark(place, "proposed", "a person is asked")


def _ordered(lineup: Lineup, kind: CandidateKind, pair: Pair) -> Sequence[int]:
    """Put the one that should stay last: the clearest for a merge, else the newer one."""
    if kind == "merge":
        return sorted((pair.i, pair.j), key=lineup.clearest, reverse=True)
    return lineup.by_age(pair.i, pair.j)


def withdraw(lineup: Lineup, ledger: Ledger) -> None:
    """Take back open questions about what doesn't stand any more."""
    here = {i.id for i in lineup.insights} - {lineup.insights[place].id for place in ledger.places("merged", "superseded")}
    pointless = (c for c in lineup.view.candidates if c.status == "open" and c.kind in _KINDS.values() and not here.issuperset(c.subjects))
    for asked in sorted(pointless, key=lambda c: c.id):
        ledger.changes.append(Withdraw(asked, Reason("gone", "One of them doesn't stand any more.", {})))
