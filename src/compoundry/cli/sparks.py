"""Draw a row of figures as one line."""

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def line(values: Sequence[float]) -> str:
    """Draw values from the lowest to the highest; equal ones are in the middle.

    >>> line([1, 2, 4]), line([3, 3])
    ('▁▃█', '▄▄')
    """
    if not values:
        return ""
    low, span = min(values), max(values) - min(values)
    if span == 0:
        return _BARS[3] * len(values)
    return "".join(_BARS[round((value - low) / span * (len(_BARS) - 1))] for value in values)
