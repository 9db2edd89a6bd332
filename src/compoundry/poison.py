"""Set single insights aside that a job can't take, and plan for the rest."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from compoundry.errors import CompoundryError
from compoundry.job import Disposition, Plan, View, alone

Decide = Callable[[View], Plan]

MOST = 20  # more than that, and it is the job that is broken, not the data


def without_poison(decide: Decide, view: View) -> Plan:
    """Plan; where an insight makes the job raise, plan without it, and let its disposition say why.

    Each is found by some 2·log2(n) trial plans. What isn't the fault of a few insights is raised as it is.
    """
    found = first = _raised(decide, view)
    left, aside = sorted(range(len(view.insights)), key=lambda n: view.insights[n].id), list[Disposition]()
    while isinstance(found, Exception):
        if len(aside) == MOST or not left:
            assert isinstance(first, Exception)
            raise first
        poison = _poison(decide, view, left)
        one = view.insights[poison]
        aside.append(Disposition(one.id, one.version, "failed", f"{type(found).__name__}: {found}"))
        left = [n for n in left if n != poison]
        found = _raised(decide, _of(view, left))
    return replace(found, dispositions=(*found.dispositions, *sorted(aside, key=lambda d: d.insight))) if aside else found


def _poison(decide: Decide, view: View, order: Sequence[int]) -> int:
    """Find one that the job can't take: the last of the shortest beginning that makes it raise, or what that one clashes with."""

    def raises(places: Sequence[int]) -> bool:
        return isinstance(_raised(decide, _of(view, places)), Exception)

    end = _first(len(order), lambda n: raises(order[: n + 1]))
    short = order[: end + 1]
    begin = len(short) - 1 - _first(len(short), lambda n: raises(short[len(short) - 1 - n :]))
    return short[begin] if begin != end and not raises([n for n in order if n != short[begin]]) else short[end]


def _first(count: int, holds: Callable[[int], bool]) -> int:
    """Return the first of 0 … count - 1 for which something holds; it holds for the last one, and from the first on.

    >>> _first(10, lambda n: n >= 3)
    3
    """
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _raised(decide: Decide, view: View) -> Plan | Exception:
    try:
        return decide(view)
    except CompoundryError:  # the run was cancelled, or its plan is refused: that is no fault of an insight
        raise
    except Exception as error:
        return error


def _of(view: View, places: Sequence[int]) -> View:
    """Show some of the insights; nobody helps with a trial."""
    rows = np.asarray(places, dtype=np.intp)
    return replace(view, insights=tuple(view.insights[n] for n in places), vectors=view.vectors[rows], share=alone)
