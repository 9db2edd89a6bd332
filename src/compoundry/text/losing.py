"""Say truly how a pattern or a rule lost what it rested on."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from compoundry.counting import counted
from compoundry.model import Fact, Reason

_HOW = {
    "merged": "merged into others",
    "superseded": "superseded",
    "archived": "archived",
    "forgotten": "forgotten",
    "retracted": "taken back or told by sources that aren't trusted",
}
_UNKNOWN = "gone"


def evidence_gone(evidence: Sequence[str], fates: Mapping[str, str], left: Collection[str]) -> Reason:
    """Say how many insights of the evidence are left, and what became of the others.

    `fates` tells the standing of those that aren't active, as far as it is known; `left` names those that still count.

    >>> evidence_gone(["a", "b", "c", "d"], {"a": "merged", "b": "archived", "c": "merged"}, ["d"]).text
    '1 of its 4 insights is left: 2 were merged into others, 1 was archived'
    >>> evidence_gone(["a"], {"a": "superseded"}, []).text
    'the insight that it rested on was superseded'
    """
    lost = Counter(fates.get(id, _UNKNOWN) for id in evidence if id not in left)
    told = ", ".join(f"{n} {'was' if n == 1 else 'were'} {_HOW.get(how, _UNKNOWN)}" for how, n in sorted(lost.items(), key=_most))
    facts: dict[str, Fact] = {"left": len(evidence) - lost.total(), **dict(sorted(lost.items()))}
    if len(evidence) == 1 and lost:
        text = f"the insight that it rested on was {_HOW.get(next(iter(lost)), _UNKNOWN)}"
    elif lost.total() == len(evidence):
        text = f"none of its {counted(len(evidence), 'insight')} is left: {told}"
    else:
        kept = len(evidence) - lost.total()
        text = f"{kept} of its {len(evidence)} insights {'is' if kept == 1 else 'are'} left: {told}"
    return Reason("evidence_gone", text, facts)


def _most(lost: tuple[str, int]) -> tuple[int, str]:
    return -lost[1], lost[0]
