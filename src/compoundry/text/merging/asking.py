"""Ask a person about what is near but not sure, and take back questions that have no more point."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from compoundry.job import Propose, Withdraw, same_id
from compoundry.model import Candidate, CandidateKind, Fact, Reason
from compoundry.text.cliques import cliques
from compoundry.text.merging import judging
from compoundry.text.merging.ledger import Ledger
from compoundry.text.merging.lineup import Lineup
from compoundry.text.merging.pairing import Pair
from compoundry.text.merging.policy import Policy

_KINDS: Mapping[str, CandidateKind] = {"unsure": "merge", "same": "merge", "update": "update", "contradiction": "contradiction"}
_MOST_TOGETHER = 8


@dataclass(frozen=True, slots=True)
class Question:
    """Ask about a group in which every pair is near but not sure; `pairs` are what was judged of it."""

    kind: CandidateKind
    places: Sequence[int]
    pairs: Sequence[Pair]

    @property
    def score(self) -> float:
        """Return what the pair is worth that is worth the least."""
        return min(pair.score for pair in self.pairs)


def ask(lineup: Lineup, standing: Sequence[Pair], ledger: Ledger, policy: Policy, *, now: datetime) -> None:
    """Ask about every pair that is near but not sure, once; pairs that form a group are one question.

    With `policy.questions` at most so many are open at a time, the surest first. What waits for its turn is marked
    `postponed`, and counted in a note; the next run looks at it again.
    """
    standing = _undecided(lineup, standing, ledger, now)
    asked = sorted(_questions(lineup, standing, ledger), key=lambda q: (-q.score, q.kind, q.places))
    room = _room(lineup, policy, len(asked))
    for question in asked[:room]:
        ledger.changes.append(Propose(_candidate(lineup, question, now)))
        for place in question.places:
            ledger.mark(place, "proposed", "a person is asked")
    for question in asked[room:]:
        for place in question.places:
            ledger.mark(place, "postponed", "a question about it waits until others are answered")
    if late := len(asked) - room:
        text = f"{late} more questions wait until some of those that are open are answered (at most {policy.questions} at a time)."
        ledger.notes.append(Reason("questions_left_out", text, {"left_out": late, "asked": room, "most": policy.questions}))


def _undecided(lineup: Lineup, standing: Iterable[Pair], ledger: Ledger, now: datetime) -> list[Pair]:
    """Leave out what a judge found to be two facts, and keep that it did."""
    left = []
    for pair in standing:
        opinion = judging.parted(lineup, pair)
        if opinion is None or lineup.asked("merge", pair.i, pair.j):
            left.append(pair)
        else:
            judging.refuse(lineup, pair, opinion, ledger, now=now)
    return left


def _room(lineup: Lineup, policy: Policy, wanted: int) -> int:
    if not policy.questions:
        return wanted
    waiting = sum(c.status == "open" and c.kind in _KINDS.values() for c in lineup.view.candidates)
    return min(wanted, max(0, policy.questions - waiting))


def _questions(lineup: Lineup, standing: Iterable[Pair], ledger: Ledger) -> list[Question]:
    """Put pairs of one kind together; what would have been merged but for a pause stays apart from what is unsure."""
    gone = ledger.places("superseded")
    pairs: dict[tuple[CandidateKind, bool], dict[tuple[int, int], Pair]] = defaultdict(dict)
    for pair in standing:
        kind = _KINDS.get(pair.verdict.relation)
        if kind and not {pair.i, pair.j} & gone and not lineup.asked(kind, pair.i, pair.j):
            pairs[kind, pair.verdict.relation == "same"][pair.i, pair.j] = pair
    found: list[Question] = []
    for (kind, _), known in sorted(pairs.items()):
        most = 2 if kind == "contradiction" else _MOST_TOGETHER
        groups = cliques([(p.i, p.j, p.cosine) for p in known.values()], most=most)
        found += [Question(kind, group, [known[pair] for pair in combinations(group, 2)]) for group in groups]
    return found


def _candidate(lineup: Lineup, question: Question, now: datetime) -> Candidate:
    """Put the one that should stay last: the clearest for a merge, else the newest."""
    merge = question.kind == "merge"
    ordered = sorted(question.places, key=lineup.clearest if merge else lineup.age, reverse=merge)
    subjects = tuple(lineup.insights[place].id for place in ordered)
    reason = _reason(question)
    if opinion := lineup.opinion(question.places[0], question.places[1]):
        reason = Reason(
            reason.code, reason.text, {**reason.facts, "judge": opinion.by, "judged": opinion.answer, "judge_says": opinion.text}
        )
    return Candidate(same_id(question.kind, *sorted(subjects)), question.kind, subjects, reason, question.score, now)


def _reason(question: Question) -> Reason:
    """Say what is least sure."""
    doubtful = min(question.pairs, key=lambda p: (p.cosine, p.i, p.j))
    facts: dict[str, Fact] = {**doubtful.reason.facts}
    if doubtful.verdict.relation == "same":
        facts["sure"] = True
    if len(question.places) == 2:
        return Reason(doubtful.reason.code, doubtful.reason.text, facts)
    facts |= {"sentences": len(question.places), "guards": sorted({f.guard for p in question.pairs for f in p.verdict.findings})}
    return Reason(doubtful.reason.code, f"{len(question.places)} near sentences. {doubtful.reason.text}", facts)


def withdraw(lineup: Lineup, ledger: Ledger) -> None:
    """Take back open questions about what doesn't stand any more, and audits of what doesn't stay merged."""
    here = set(lineup.view.ids) - {lineup.insights[place].id for place in ledger.places("merged", "superseded")}
    for asked in sorted((c for c in lineup.view.candidates if c.status == "open"), key=lambda c: c.id):
        if asked.kind in _KINDS.values() and not here.issuperset(asked.subjects):
            ledger.changes.append(Withdraw(asked, Reason("gone", "One of them doesn't stand any more.", {})))
        elif asked.kind == "audit" and asked.subjects[0] in here:
            ledger.changes.append(Withdraw(asked, Reason("apart", "They aren't merged any more.", {})))
