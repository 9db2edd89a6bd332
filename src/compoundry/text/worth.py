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


def worth(cosine: float, matched: int, taken: float) -> float:
    """Weigh a pair: its cosine, a little more the more words match, less what its differences take.

    >>> worth(0.82, 7, 0.0), worth(0.82, 7, 0.3) < worth(0.78, 12, 0.0)
    (0.82, True)
    """
    return min(cosine, SATURATED) + PER_MATCH * log((1 + matched) / USUAL_MATCHES) - taken
