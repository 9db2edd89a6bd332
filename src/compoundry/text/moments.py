"""Put evidence in order: moment by moment, what speaks for an insight and what against it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compoundry.columns import KINDS, Codes, Flags, Floats, Pieces, Times
from compoundry.text.belief_policy import Policy

OBSERVED, CONTRADICTED, REVIEWED, RETRIEVED = (KINDS.index(kind) for kind in ("observed", "contradicted", "reviewed", "retrieved"))
VERDICTS = (REVIEWED, KINDS.index("outcome"))
COUNT_ANYWAY = (OBSERVED, KINDS.index("confirmed"))
REVIEWER = 0  # people who review are one source; the others follow


@dataclass(frozen=True)
class Moments:
    """Hold the moments at which something was said, by insight and time.

    `pro` and `contra` are the strongest words for and against, `doubt` the part of the doubt that stays after what was
    said for it, `trust` the part of the trust that stays after what was said against; `supports` flags any word for it.
    """

    of: Codes
    at: Times
    pro: Floats
    doubt: Floats
    contra: Floats
    trust: Floats
    supports: Flags


@dataclass(frozen=True)
class _Words:
    """Hold the strongest word of each source, side and moment, in order; `told` flags observations, apart from what only agrees."""

    of: Codes
    at: Times
    against: Flags
    source: Codes
    told: Flags
    weight: Floats

    def only(self, chosen: NDArray[Any]) -> "_Words":
        return _Words(*(column[chosen] for column in (self.of, self.at, self.against, self.source, self.told, self.weight)))


def moments(log: Pieces, until: int, policy: Policy) -> Moments:
    """Return the moments up to a time; what is said together at one moment commutes."""
    words = _words(log.only(log.at <= until), policy)
    starts = _starts(words.of, words.at)
    if not len(starts):
        nothing = np.zeros(0)
        return Moments(words.of, words.at, nothing, nothing, nothing, nothing, np.zeros(0, bool))
    gain = _gains(words, starts, policy)
    denied = np.where(words.against, policy.review * words.weight, 0.0)
    return Moments(
        of=words.of[starts],
        at=words.at[starts],
        pro=np.maximum.reduceat(np.where(words.against, 0.0, words.weight), starts),
        doubt=np.multiply.reduceat(1 - gain, starts),
        contra=np.maximum.reduceat(np.where(words.against, words.weight, 0.0), starts),
        trust=np.multiply.reduceat(1 - denied, starts),
        supports=np.logical_or.reduceat(~words.against, starts),
    )


def _words(log: Pieces, policy: Policy) -> _Words:
    """Part the evidence into what speaks for and against; a verdict of 0.5 does neither."""
    verdict = np.where(np.isin(log.kind, VERDICTS), 2 * log.weight - 1, log.weight)
    against = (log.kind == CONTRADICTED) | (verdict < 0)
    reviewed = (log.kind == REVIEWED) & ~against
    factor = np.where(reviewed, policy.review, np.where(log.kind == RETRIEVED, policy.retrieved, 1.0))
    weight = np.abs(verdict) * factor
    said = (weight > 0) | np.isin(log.kind, COUNT_ANYWAY)
    source = np.where(reviewed, REVIEWER, log.source.codes + 1).astype(np.int32)
    return _strongest(_Words(log.of, log.at, against, source, log.kind == OBSERVED, weight).only(said))


def _strongest(words: _Words) -> _Words:
    """Keep the strongest observation and the strongest other word of each source on each side of each moment, in order."""
    order = np.lexsort((~words.told, words.source, words.against, words.at, words.of))
    said = words.only(order)
    starts = _starts(said.of, said.at, said.against, said.source, said.told)
    strongest = np.maximum.reduceat(said.weight, starts) if len(starts) else said.weight
    return replace(said.only(starts), weight=strongest)


def _gains(words: _Words, starts: NDArray[np.intp], policy: Policy) -> Floats:
    """Return what each word for an insight adds: the strongest first observation all of its weight, another source a part, a repeat less.

    Only an observation opens, whatever day a confirmation bears, and it comes first among the words of its source. After a denial,
    what was said before no longer makes words repeats.
    """
    moment = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(words.of))))
    era = _eras(words, starts)[moment]
    opening = _opening(words, moment, era)
    share = policy.corroboration * policy.repeat ** _said_before(words, era, opening)
    share[words.source == REVIEWER] = 1.0
    share[_loudest(words, moment, opening)] = 1.0
    return np.where(words.against, 0.0, share * words.weight)


def _eras(words: _Words, starts: NDArray[np.intp]) -> NDArray[np.int64]:
    """Count, for each moment, the moments of the same insight before it at which it was denied."""
    denied = np.logical_or.reduceat(words.against, starts).astype(np.int64)
    before = np.cumsum(denied) - denied
    of = words.of[starts]
    first = _starts(of)
    return before - np.repeat(before[first], np.diff(np.append(first, len(of))))


def _opening(words: _Words, moment: NDArray[np.int64], era: NDArray[np.int64]) -> Flags:
    """Flag the observations of the first moment of an era at which there is one."""
    told = np.flatnonzero(words.told)
    first = _starts(words.of[told], era[told])
    opened = np.repeat(moment[told][first], np.diff(np.append(first, len(told))))
    flags = np.zeros(len(words.of), bool)
    flags[told] = moment[told] == opened
    return flags


def _loudest(words: _Words, moment: NDArray[np.int64], opening: Flags) -> NDArray[np.intp]:
    """Name the strongest word of each opening moment; of equal ones, that of the first source."""
    found = np.flatnonzero(opening)
    found = found[np.lexsort((words.source[found], -words.weight[found], moment[found]))]
    return found[_starts(moment[found])]


def _said_before(words: _Words, era: NDArray[np.int64], opening: Flags) -> NDArray[np.int64]:
    """Count how often the same source has spoken for the same insight before, in the same era; what opens it comes first."""
    order = np.lexsort((~opening, era, words.against, words.source, words.of))
    starts = _starts(words.of[order], words.source[order], words.against[order], era[order])
    begun = np.repeat(starts, np.diff(np.append(starts, len(order))))
    told = np.empty(len(order), np.int64)
    told[order] = np.arange(len(order)) - begun
    return told


def _starts(*columns: NDArray[np.generic]) -> NDArray[np.intp]:
    """Return where a new value begins in columns that are in order."""
    if not len(columns[0]):
        return np.zeros(0, np.intp)
    new = np.ones(len(columns[0]), bool)
    new[1:] = np.logical_or.reduce([c[1:] != c[:-1] for c in columns])
    return np.flatnonzero(new)
