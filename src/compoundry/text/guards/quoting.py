"""Quote from two sentences what differs, as people would point at it."""

from bisect import bisect
from collections.abc import Sequence

from compoundry.text.guards.finding import Compared
from compoundry.text.sentence import Sentence

_CLAUSES = frozenset(
    ("after", "although", "because", "before", "if", "once", "since", "so", "unless", "until", "when", "whenever", "while")
)
_LONGEST = 3
_STEP = 3


def instead(c: Compared) -> str:
    """Say which words stand in the place of which, or what only one and only the other says.

    >>> from compoundry.text.guards.finding import spoken
    >>> instead(spoken("Dana is a product manager at Acme", "Dana is the chief of staff at Acme"))
    'one says product manager, the other chief of staff'
    >>> instead(spoken("The old disk of the host ran out of space", "The disk of the host was full"))
    'one says ran out of space, the other full'
    >>> instead(spoken("It stops because Dana paints", "If Dana draws, it stops"))
    'one says paints, the other draws'
    """
    one, other = _telling(c.a, c.lasting_a), _telling(c.b, c.lasting_b)
    if c.aligned.crossed:
        return f"one says {run(c.a, one)}, the other {run(c.b, other)}"
    ends = [i for i, _ in c.aligned.pairs], [j for _, j in c.aligned.pairs]
    gaps: dict[int, list[int]] = {}
    for j in other:
        gaps.setdefault(bisect(ends[1], j), []).append(j)
    for i in one:
        if facing := gaps.get(gap := bisect(ends[0], i)):
            return f"one says {run(c.a, [n for n in one if bisect(ends[0], n) == gap])}, the other {run(c.b, facing)}"
    return f"only one of them says {run(c.a, one)}, only the other {run(c.b, other)}"


def run(s: Sentence, places: Sequence[int]) -> str:
    """Quote the first of these words with those of them that follow closely, as they would stand within a sentence.

    >>> from datetime import datetime
    >>> from compoundry.text.sentence import read
    >>> run(read("They met at Foot Locker in Rome", datetime(2023, 5, 9)), [3, 4])
    'Foot Locker'
    """
    last = places[0]
    for place in places[1:_LONGEST]:
        between = s.words[last + 1 : place]
        if place - last > _STEP or not all(word.isalpha() and word.islower() for word in between):
            break
        last = place
    words = list(s.words[places[0] : last + 1])
    if not s.named(places[0]) and not words[0].isupper():
        words[0] = words[0].lower()
    return " ".join(words).rstrip(".")


def _telling(s: Sentence, places: Sequence[int]) -> Sequence[int]:
    """Leave out what only joins two clauses, such as because, unless there is nothing else."""
    return [i for i in places if s.words[i].lower() not in _CLAUSES] or places
