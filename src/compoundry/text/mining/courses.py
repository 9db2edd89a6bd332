"""Find what follows what, what goes together, and what comes at its time."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, permutations

import numpy as np

from compoundry.text.counting import wilson
from compoundry.text.mining.chance import binomial_tail, dice, hypergeometric_tail
from compoundry.text.mining.findings import Corpus, Finding

Topics = Sequence[list[int]]
Timeline = Mapping[str, list[float]]

_PERMUTATIONS = 999
_WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_LEAST_FOR_PERIOD = 5


def sequences(corpus: Corpus, groups: Topics, *, within: timedelta, at_least: int) -> Iterator[Finding]:
    """Find topics that follow another within some days, for enough entities.

    Chance is the likelier of two things. Either the two have nothing to do with each other: the dates of an entity's second
    topic are dealt anew over the time that the workspace knows, and p is the share of 999 such deals with as many followers.
    Or they only come near each other, in either order: of the entities, as many have it the one way round (sign test).
    """
    lines = [_timeline(corpus, rows) for rows in groups]
    days = _span_days(corpus)
    found, ordered, looked_at = [], [], 0
    for first, then in permutations(range(len(groups)), 2):
        both = sorted(set(lines[first]) & set(lines[then]))
        looked_at += len(both) >= at_least
        followed = [who for who in both if _follows(lines[first][who], lines[then][who], within.days)]
        if len(followed) >= at_least and len(followed) * 2 > len(lines[first]):
            p = _by_dealing(lines[first], lines[then], both, len(followed), within.days, days)
            rows, after = _rows_of(corpus, groups[first], followed), _rows_of(corpus, groups[then], followed)
            every = len(lines[first])
            share = len(followed) / every
            bounds = wilson(len(followed), every)
            found.append(Finding("sequence", rows, len(followed), every, p, share, bounds, after, str(within.days)))
            ordered.append(_by_turning(lines[first], lines[then], both, within.days))
    for finding, p in zip(_among(found, looked_at), ordered, strict=True):
        yield replace(finding, p_value=max(finding.p_value, p))


def together(corpus: Corpus, groups: Topics, *, at_least: int) -> Iterator[Finding]:
    """Find topics that most entities that have one of them share, more often than chance would have it (Fisher's exact test)."""
    everyone = len({corpus.who(n) for n in range(len(corpus.insights))})
    who = [{corpus.who(n) for n in rows} for rows in groups]
    found, looked_at = [], 0
    for one, other in combinations(range(len(groups)), 2):
        looked_at += min(len(who[one]), len(who[other])) >= at_least
        shared = who[one] & who[other]
        if len(shared) >= at_least and len(shared) * 2 > len(who[one] | who[other]):
            p = hypergeometric_tail(everyone, len(who[one]), len(who[other]), len(shared))
            either = len(who[one] | who[other])
            rows, also = _rows_of(corpus, groups[one], shared), _rows_of(corpus, groups[other], shared)
            bounds = wilson(len(shared), either)
            found.append(Finding("co_occurrence", rows, len(shared), either, p, len(shared) / either, bounds, also))
    yield from _among(found, looked_at)


def _among(found: Sequence[Finding], looked_at: int) -> Iterator[Finding]:
    """Count in the pairs that were looked at and not worth telling: the tails grow by their share."""
    for finding in found:
        yield replace(finding, p_value=min(1.0, finding.p_value * looked_at / len(found)))


def periods(corpus: Corpus, groups: Topics, *, at_least: int) -> Iterator[Finding]:
    """Find what comes on one weekday or in one month: a topic, or what one entity does of it, compared with all other days.

    Days are counted once, however many tell of them. The tail is multiplied by all that was looked at: the days or months,
    and everything that is long enough.
    """
    least = max(at_least, _LEAST_FOR_PERIOD)
    everything = _seen(corpus, range(len(corpus.insights)))
    calendars: tuple[tuple[Sequence[str], Callable[[date], int]], ...] = ((_WEEKDAYS, date.weekday), (_MONTHS, lambda day: day.month - 1))
    long = [(rows, days) for rows in _of_all_and_of_one(corpus, groups) if len(days := _seen(corpus, rows)) >= least]
    for names, place in calendars:
        told = set[int]()
        for rows, days in long:
            index, hits = max(sorted(Counter(map(place, days)).items()), key=lambda pair: pair[1])
            often = hits >= least and hits / len(days) >= 0.6 and (names is _WEEKDAYS or len({day.year for day in days}) > 1)
            if often and told.isdisjoint(rows) and len(_seen(corpus, corpus.doings(rows))) >= least:
                told.update(rows)
                rate = _rate(everything - days, place, index, len(names))
                p = min(1.0, binomial_tail(len(days), hits, rate) * len(names) * len(long))
                yield Finding("period", tuple(rows), hits, len(days), p, hits / len(days), wilson(hits, len(days)), (), names[index])


def _of_all_and_of_one(corpus: Corpus, groups: Topics) -> Iterator[Sequence[int]]:
    """Yield each topic, and after it what each entity has of it, where that isn't all."""
    for rows in groups:
        yield rows
        mine: dict[str, list[int]] = defaultdict(list)
        for n in rows:
            mine[corpus.who(n)].append(n)
        yield from (mine[who] for who in sorted(mine) if len(mine) > 1)


def _seen(corpus: Corpus, rows: Iterable[int]) -> Counter[date]:
    """Count for each day how many it is known of."""
    return Counter(day for _, day in {(corpus.who(n), day) for n in rows for day in corpus.days(n)})


def _rate(others: Counter[date], place: Callable[[date], int], index: int, size: int) -> float:
    """Return how often any other day is such a one: of all that is known of days, or of the days themselves, whichever is more."""
    such = [n for day, n in others.items() if place(day) == index]
    return max((sum(such) + 1) / (others.total() + size), (len(such) + 1) / (len(others) + size))


def _timeline(corpus: Corpus, rows: Sequence[int]) -> Timeline:
    """Return the days of a topic for each entity, as numbers."""
    line: dict[str, list[float]] = defaultdict(list)
    for n in rows:
        line[corpus.who(n)].append(corpus.at(n).timestamp() / 86_400)
    return line


def _follows(first: Sequence[float], then: Sequence[float], within: int) -> bool:
    return any(0 < b - a <= within for a in first for b in then)


def _by_dealing(first: Timeline, then: Timeline, both: Sequence[str], hits: int, within: int, days: tuple[float, float]) -> float:
    roll = dice("sequence", *both)
    starts, ends = days
    counts = np.zeros(_PERMUTATIONS, dtype=np.int64)
    for who in both:
        dealt = roll.uniform(starts, ends, size=(_PERMUTATIONS, len(then[who])))
        gaps = dealt[:, :, None] - np.array(first[who])[None, None, :]
        counts += ((gaps > 0) & (gaps <= within)).any(axis=(1, 2))
    return float((1 + (counts >= hits).sum()) / (1 + _PERMUTATIONS))


def _by_turning(first: Timeline, then: Timeline, both: Sequence[str], within: int) -> float:
    """Return how likely so many have the two mostly in one order, if either were as likely (sign test, mid-p: Lancaster 1961)."""
    ways = [_forward(first[who], then[who], within) for who in both]
    this, other = sum(way > 0 for way in ways), sum(way < 0 for way in ways)
    return min(1.0, binomial_tail(this + other, this, 0.5) + binomial_tail(this + other, this + 1, 0.5))


def _forward(first: Sequence[float], then: Sequence[float], within: int) -> int:
    """Count the pairs that are near and in this order, less those in the other one."""
    gaps = np.subtract.outer(np.array(then), np.array(first))
    return int(np.sign(gaps)[np.abs(gaps) <= within].sum())


def _span_days(corpus: Corpus) -> tuple[float, float]:
    times = [corpus.at(n).timestamp() / 86_400 for n in range(len(corpus.insights))]
    return (min(times), max(times)) if times else (0.0, 0.0)


def _rows_of(corpus: Corpus, rows: Sequence[int], who: Iterable[str]) -> tuple[int, ...]:
    wanted = set(who)
    return tuple(n for n in rows if corpus.who(n) in wanted)
