"""Share the judging of many pairs: a question holds sentences and pairs of them, an answer what each says and how they relate."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from compoundry.text.guards.finding import Finding, Told
from compoundry.text.merging.lineup import Lineup
from compoundry.text.merging.traits import Traits, traits
from compoundry.text.sentence import read
from compoundry.text.verdict import Verdict, judge
from compoundry.text.worth import worth

Places = tuple[int, int]

EACH = 500  # pairs in a question: some 0.3 s of work, so that a cancelled run stops soon and a dead worker costs little
FROM = 2_000  # fewer pairs than that are judged sooner here than they are handed out
_APART = Verdict("different", (Finding("guard", "a guard holds them apart", hard=True),))


@dataclass(frozen=True, slots=True)
class Known:
    """Hold what others have worked out, by places in the lineup."""

    traits: dict[int, Traits] = field(default_factory=dict)
    verdicts: dict[Places, Verdict] = field(default_factory=dict)


def questions(lineup: Lineup, pairs: Sequence[tuple[int, int, float, float]], *, review_at: float) -> Iterator[bytes]:
    """Cut pairs into questions that can be answered by themselves.

    Each pair comes with how near it is beyond the crowd, and with what else speaks for asking about it.
    """
    for start in range(0, len(pairs), EACH):
        share = pairs[start : start + EACH]
        told = [(place, *_spelled(lineup, place)) for place in sorted({place for i, j, *_ in share for place in (i, j)})]
        yield orjson.dumps({"review_at": review_at, "told": told, "pairs": share})


def answer(question: bytes) -> bytes:
    """Read the sentences of a question and judge its pairs; what can't be read or judged is left out."""
    asked = orjson.loads(question)
    told = {place: one for place, *given in asked["told"] if (one := _read(*given)) is not None}
    judged = [(i, j, *how, _judge(told, i, j)) for i, j, *how in asked["pairs"]]
    seen = [(place, found.vague, found.news, found.says) for place, one in told.items() for found in (traits(one.sentence),)]
    verdicts = [(i, j, *_spelled_out(verdict, *how, review_at=asked["review_at"])) for i, j, *how, verdict in judged if verdict is not None]
    return orjson.dumps({"traits": seen, "verdicts": verdicts})


def gathered(answers: Iterable[bytes]) -> Known:
    """Put answers together."""
    known = Known()
    for answered in map(orjson.loads, answers):
        known.traits.update((place, Traits(*given)) for place, *given in answered["traits"])
        known.verdicts.update(((i, j), _verdict(*given)) for i, j, *given in answered["verdicts"])
    return known


def _spelled(lineup: Lineup, place: int) -> tuple[str, datetime, bool]:
    one = lineup.insights[place]
    return one.content, one.observed_at, one.type == "event"


def _read(content: str, observed_at: str, event: bool) -> Told | None:
    try:
        at = datetime.fromisoformat(observed_at)
        return Told(read(content, at), at, event)
    except Exception:  # whoever asked finds the same, and sets the insight aside
        return None


def _judge(told: dict[int, Told], i: int, j: int) -> Verdict | None:
    if i not in told or j not in told:
        return None
    older, newer = sorted((i, j), key=lambda place: (told[place].observed_at, place))  # places are in the order of ids
    try:
        return judge(told[older], told[newer])
    except Exception:  # whoever asked finds the same, and sets the insight aside
        return None


def _spelled_out(verdict: Verdict, near: float, more: float = 0.0, *, review_at: float) -> tuple[object, ...]:
    """Spell a verdict; that two differ for sure, or that nobody will be asked, is said in no words: there are many of those."""
    left = verdict.relation == "unsure" and not verdict.slight and worth(near, verdict.matched, verdict.cost, more) < review_at
    if verdict.relation == "different" or left:
        return ()
    return verdict.relation, verdict.findings, verdict.matched, verdict.cost, verdict.strict, verdict.slight, verdict.asks


def _verdict(relation: Any = None, findings: Sequence[dict[str, Any]] = (), *more: Any) -> Verdict:
    if relation is None:
        return _APART
    return Verdict(relation, tuple(Finding(**one) for one in findings), *more)
