"""Have a person look at a sample of the automatic merges."""

from datetime import datetime

from compoundry.job import Merge, Propose, same_id
from compoundry.model import Candidate, Reason
from compoundry.text.merging.ledger import Ledger
from compoundry.text.merging.lineup import Lineup

_RANGE = 1 << 32


def audit(lineup: Lineup, ledger: Ledger, *, share: float, now: datetime) -> None:
    """Ask about that share of the merges of different words; which ones follows from their ids, so a preview asks the same."""
    for merge in [c for c in ledger.changes if isinstance(c, Merge) and c.reason.code in ("same_fact", "judged")]:
        id = same_id("audit", merge.insight, merge.into)
        if int(id[:8], 16) < share * _RANGE and id not in lineup.candidates:
            cosine = float(merge.reason.facts["cosine"])  # type: ignore[arg-type]  # Grouping says it with every merge
            reason = Reason("audit", "These two were merged: are they really the same fact?", {**merge.reason.facts, "sampled": share})
            ledger.changes.append(Propose(Candidate(id, "audit", (merge.insight, merge.into), reason, cosine, now)))
