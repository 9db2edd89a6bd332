"""Quote numbers and dates in the words in which a sentence says them."""

from datetime import datetime
from functools import lru_cache

from compoundry.text import dates, quantities
from compoundry.text.words import cut, plain

_LONGEST = 8
_EDGES = ".,;:!?()[]\"'"


@lru_cache(maxsize=65536)
def said(text: str, observed_at: datetime, value: str) -> str:
    """Return the words that a sentence has for a value that was read from it.

    >>> day = datetime(2023, 5, 9)
    >>> said("Acme pays within 30 days.", day, "#2592000s"), said("A refund over $1,000, please", day, "#>1000usd")
    ('30 days', 'over $1,000')
    >>> said("Acme was founded in 2019.", day, "@2019"), said("They met on May 7th, 2023", day, "@2023-05-07")
    ('2019', 'May 7th')
    """
    chunks = plain(text).split()
    for length in range(1, min(len(chunks), _LONGEST) + 1):
        for start in range(len(chunks) - length + 1):
            span = " ".join(chunks[start : start + length]).strip(_EDGES)
            read = quantities.fold(dates.fold(cut(span), observed_at))
            if read == [value]:
                return span
            if read[1:] == [value] and length > 1:  # a year is one only after `in` and the like
                return span.split(" ", 1)[1]
    return value[1:]
