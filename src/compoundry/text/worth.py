"""Say how much a pair that isn't surely the same is worth a person's time."""

from collections.abc import Collection
from math import log

from compoundry.text.order import Arrangement

SATURATED = 0.88
PER_MATCH = 0.05
USUAL_MATCHES = 8
EXCHANGED, MOVED, SCATTERED = 0.25, 0.02, 0.28
SCATTERED_FROM = 4
QUESTION = 0.07
TOGETHER = 0.1  # of 45 pairs of two writers on one day that only this lets be asked, 32 were the same fact when read, and 6 nearly
GUARDS = {"name": 0.06, "quantity": 0.09, "negation": 0.12, "opposite": 0.12, "exclusive": 0.12}


def cost(guards: Collection[str], *, alike: float, order: Arrangement, asks: bool) -> float:
    """Add up what differences take from the cosine of a pair.

    `alike` is the share of words that have a match. The more words match, the more their order is all the difference
    there is; and between questions the built-in encoder finds cosines that are too high: it was trained on pairs of them.

    >>> round(cost({"exchange"}, alike=1.0, order=Arrangement(4, ("old", "new")), asks=False), 2)
    0.55
    """
    moved = EXCHANGED * bool(order.exchanged) + MOVED * bool(order.broken) + SCATTERED * (order.broken >= SCATTERED_FROM)
    return moved * alike**3 + sum(GUARDS.get(guard, 0.0) for guard in guards) + QUESTION * asks


def together(days: int) -> float:
    """Say how much more a pair is worth when two sources tell it of one day, among sentences of so many days.

    Two who report the same day mostly tell of the same things; where all is of one day, that says nothing.

    >>> together(1), together(20)
    (0.0, 0.095)
    """
    return TOGETHER * (1 - 1 / days)


def worth(cosine: float, matched: int, taken: float, more: float = 0.0) -> float:
    """Weigh a pair: its cosine, a little more the more words match, less what its differences take; `more` comes from `together`.

    >>> worth(0.82, 7, 0.0), worth(0.82, 7, 0.3) < worth(0.78, 12, 0.0), worth(0.82, 7, 0.0, more=0.05)
    (0.82, True, 0.87)
    """
    return min(cosine, SATURATED) + PER_MATCH * log((1 + matched) / USUAL_MATCHES) - taken + more
