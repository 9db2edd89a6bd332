"""Find what was told over and over in the same words: all pairs of many copies say the same, so that one for each is enough."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from compoundry.text.merging.lineup import Lineup

MANY = 50  # fewer copies are compared like anything else: 1,225 pairs, some 0.2 s


def copies(lineup: Lineup, fresh: NDArray[np.bool_]) -> Iterator[list[int]]:
    """Yield, where one of them is fresh, the places of many insights of the same words, day, kind and entities.

    What a person was asked about is no copy: it is compared pair by pair.
    """
    often = {text for text, count in Counter(one.content for one in lineup.insights).items() if count >= MANY}
    if not often:
        return
    asked = {id for c in lineup.view.candidates for id in c.subjects} | set(lineup.view.heirs.values())
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, one in enumerate(lineup.insights):
        if one.content in often and one.id not in asked:
            alike[one.content, one.observed_at.date(), one.type == "event", lineup.about(place)].append(place)
    yield from (places for places in alike.values() if len(places) >= MANY and fresh[places].any())
