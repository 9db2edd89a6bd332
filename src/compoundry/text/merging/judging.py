"""Take the opinions of a judge: merge what it finds the same, leave apart what it finds different, and say so."""

from collections import Counter
from datetime import datetime

from compoundry.job import Opinion, Propose, same_id
from compoundry.model import Candidate, Fact, Reason
from compoundry.text.merging.ledger import Ledger
from compoundry.text.merging.lineup import Lineup
from compoundry.text.merging.pairing import Pair

_FOUND = {"same": "the same fact", "different": "two facts", "unsure": "not sure", "unanswered": "not answered"}


def agreed(lineup: Lineup, pair: Pair) -> Opinion | None:
    """Return the judge's opinion when it settles that an unsure pair is the same fact."""
    found = lineup.opinion(pair.i, pair.j)
    return found if found and found.answer == "same" and pair.verdict.relation == "unsure" else None


def parted(lineup: Lineup, pair: Pair) -> Opinion | None:
    """Return the judge's opinion when it settles that an unsure pair is two facts."""
    found = lineup.opinion(pair.i, pair.j)
    return found if found and found.answer == "different" and pair.verdict.relation == "unsure" else None


def reason(opinion: Opinion, doubt: Reason) -> Reason:
    """Say what the judge found, and what it was asked about."""
    told = {"judge": opinion.by, "judged": opinion.answer, "judge_says": opinion.text, "doubt": doubt.text}
    facts: dict[str, Fact] = {**doubt.facts, **told}
    return Reason("judged", f"The judge {opinion.by} finds: {_FOUND[opinion.answer]}. {opinion.text}".strip(), facts)


def refuse(lineup: Lineup, pair: Pair, opinion: Opinion, ledger: Ledger, *, now: datetime) -> None:
    """Keep two apart from now on, as a reviewer's refusal would; it is listed among the candidates and can be reverted."""
    subjects = tuple(sorted((lineup.insights[pair.i].id, lineup.insights[pair.j].id)))
    told = reason(opinion, pair.reason)
    refused = Candidate(same_id("merge", *subjects), "merge", subjects, told, pair.cosine, now, "rejected", now, f"judge {opinion.by}")
    ledger.changes.append(Propose(refused))


def note(lineup: Lineup, ledger: Ledger, *, budget: int) -> None:
    """Count in the run's notes what the judge said."""
    if not budget:
        return
    opinions = lineup.view.opinions.values()
    counted = Counter[str](opinion.answer for opinion in opinions)
    facts: dict[str, Fact] = {"budget": budget, **{answer: counted[answer] for answer in _FOUND}}
    trouble = next((f" It stopped there: {o.text}." for o in opinions if o.answer == "unanswered"), "")
    text = ", ".join(f"{counted[answer]} {found}" for answer, found in _FOUND.items() if counted[answer])
    ledger.notes.append(
        Reason("judge", f"The judge was asked at most {budget} questions; of the pairs: {text or 'none asked'}.{trouble}", facts)
    )
