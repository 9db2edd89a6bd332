"""Quote numbers and dates in the words in which a sentence says them."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from compoundry.text import dates, quantities
from compoundry.text.words import cut, plain

_LONGEST = 8
_NUMERIC = re.compile(r"[\d$€£]")
_EDGES = ".,;:!?()[]\"'"


@lru_cache(maxsize=65536)
def said(text: str, observed_at: datetime, value: str) -> str:
    """Return the words that a sentence has for a value that was read from it.

    >>> day = datetime(2023, 5, 9)
    >>> said("Acme pays within 30 days.", day, "#2592000s"), said("A refund over $1,000, please", day, "#>1000usd")
    ('30 days', 'over $1,000')
    >>> said("Acme was founded in 2019.", day, "@2019"), said("They met on May 7th, 2023", day, "@2023-05-07")
    ('2019', 'May 7th')
    >>> said("Dana spends $100/month on books.", day, "#100usd")
    '$100'
    """
    return _said(plain(text).split(), observed_at, value) or _said(plain(text).replace("/", " ").split(), observed_at, value) or value[1:]


def _said(chunks: Sequence[str], observed_at: datetime, value: str) -> str:
    likely = [n for n, chunk in enumerate(chunks) if _NUMERIC.search(chunk)]
    near = sorted({n - before for n in likely for before in (0, 1) if n >= before})
    return _found(chunks, near, observed_at, value) or _found(chunks, range(len(chunks)), observed_at, value)


def _found(chunks: Sequence[str], starts: Sequence[int], observed_at: datetime, value: str) -> str:
    """Return the shortest words, beginning at one of the places, that mean the value; none when there are none."""
    for length in range(1, min(len(chunks), _LONGEST) + 1):
        for start in (n for n in starts if n + length <= len(chunks)):
            span = " ".join(chunks[start : start + length]).strip(_EDGES)
            read = quantities.fold(dates.fold(cut(span), observed_at))
            if read == [value]:
                return span
            if read[1:] == [value] and length > 1:  # a year is one only after `in` and the like
                return span.split(" ", 1)[1]
    return ""
