"""Hold many insights as columns, one array per property, where a million objects would be too many.

Times are int64, microseconds since 1970 in UTC; `NEVER` is later than any of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final, get_args

import numpy as np
from numpy.typing import NDArray

from compoundry.model import EvidenceKind, Insight

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]

NEVER: Final = 2**62
KINDS: Final[tuple[str, ...]] = get_args(EvidenceKind)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def micros(at: datetime | None) -> int:
    """Return a time as microseconds; `NEVER` for None."""
    return NEVER if at is None else (at - _EPOCH) // _MICRO


def moment(micros: int) -> datetime:
    """Return the time that so many microseconds mean.

    >>> moment(micros(datetime(2026, 3, 1, 12, tzinfo=UTC))).isoformat()
    '2026-03-01T12:00:00+00:00'
    """
    return _EPOCH + micros * _MICRO


@dataclass(frozen=True, slots=True)
class Words:
    """Hold a column of few different words: row n says `names[codes[n]]`; the names are in order."""

    codes: Codes
    names: tuple[str, ...]

    @classmethod
    def of(cls, spoken: Iterable[str]) -> "Words":
        """Encode a column of words.

        >>> Words.of(["b", "a", "b"]).names
        ('a', 'b')
        """
        seen: dict[str, int] = {}
        codes = np.fromiter((seen.setdefault(word, len(seen)) for word in spoken), np.int32)
        return cls.ordered(codes, list(seen))

    @classmethod
    def ordered(cls, codes: Codes, names: Sequence[str]) -> "Words":
        """Put the names of a column in order."""
        rank = {name: n for n, name in enumerate(sorted(names))}
        places = np.array([rank[name] for name in names] or [0], np.int32)
        return cls(places[codes], tuple(sorted(names)))

    def counted(self) -> Counter[str]:
        """Count each word that is said."""
        told = np.bincount(self.codes, minlength=len(self.names))
        return Counter({name: int(n) for name, n in zip(self.names, told, strict=True) if n})


@dataclass(frozen=True)
class Pieces:
    """Hold evidence: piece n is about the insight at place `of[n]`, of the kind `KINDS[kind[n]]`."""

    of: Codes
    at: Times
    kind: NDArray[np.int8]
    source: Words
    weight: Floats

    def __len__(self) -> int:
        return len(self.of)

    def only(self, kept: Flags) -> "Pieces":
        """Return a part of the evidence."""
        said = Words(self.source.codes[kept], self.source.names)
        return Pieces(self.of[kept], self.at[kept], self.kind[kept], said, self.weight[kept])

    def heard(self, trust: Mapping[str, float]) -> "Pieces":
        """Return the evidence as far as its sources are trusted: `belief.heard` for columns."""
        if trust.keys().isdisjoint(self.source.names):
            return self
        part = np.array([trust.get(name, 1.0) for name in self.source.names])[self.source.codes]
        nothing = np.where(np.isin(self.kind, [KINDS.index("reviewed"), KINDS.index("outcome")]), 0.5, 0.0)
        return replace(self, weight=nothing + (self.weight - nothing) * part).only(part > 0)


@dataclass(frozen=True)
class Columns:
    """Hold insights by id; `length` counts characters, `unreadable` tells by place what is wrong with a row.

    `shown` has the places of those whose evidence is here, spread evenly over all; None where it is that of all. `copies` has
    the same number for insights that say the same (`copies_of`); None where they weren't compared.
    """

    ids: list[str]
    version: NDArray[np.int64]
    type: Words
    confidence: Floats
    pinned: Flags
    observed_at: Times
    recheck_at: Times
    source: Words
    length: NDArray[np.int64]
    evidence: Pieces
    unreadable: Mapping[int, str] = field(default_factory=dict)
    shown: NDArray[np.intp] | None = None
    copies: Codes | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def troubles(self) -> Mapping[int, str]:
        """Tell, by place, which insights no job can judge, and why."""
        odd = ~((self.evidence.weight >= 0) & (self.evidence.weight <= 1))
        told = {int(n): f"evidence has the weight {w}; it must be between 0 and 1" for n, w in self._pairs(odd)}
        return {**told, **self.unreadable}

    @cached_property
    def sound(self) -> Flags:
        """Flag the insights that have no trouble."""
        flags = np.ones(len(self), bool)
        flags[list(self.troubles)] = False
        return flags

    def _pairs(self, odd: Flags) -> Iterable[tuple[int, float]]:
        return zip(self.evidence.of[odd].tolist(), self.evidence.weight[odd].tolist(), strict=True)


def columns_of(insights: Sequence[Insight]) -> Columns:
    """Write insights as columns, by id; one whose times are no times is told in `unreadable`."""
    ordered = sorted(insights, key=lambda i: i.id)
    unreadable = {n: trouble for n, i in enumerate(ordered) if (trouble := _trouble(i))}
    readable = [i for n, i in enumerate(ordered) if n not in unreadable]
    place = {i.id: n for n, i in enumerate(ordered)}
    log = [(place[i.id], e) for i in readable for e in i.evidence]
    return Columns(
        ids=[i.id for i in ordered],
        version=np.array([i.version for i in ordered], np.int64),
        type=Words.of(i.type for i in ordered),
        confidence=np.array([i.confidence for i in ordered], np.float64),
        pinned=np.array([i.pinned for i in ordered], bool),
        observed_at=np.array([NEVER if n in unreadable else micros(i.observed_at) for n, i in enumerate(ordered)], np.int64),
        recheck_at=np.array([NEVER if n in unreadable else micros(i.recheck_at) for n, i in enumerate(ordered)], np.int64),
        source=Words.of(i.source for i in ordered),
        length=np.array([len(i.content) for i in ordered], np.int64),
        evidence=Pieces(
            of=np.array([n for n, _ in log], np.int32),
            at=np.array([micros(e.at) for _, e in log], np.int64),
            kind=np.array([KINDS.index(e.kind) for _, e in log], np.int8),
            source=Words.of(e.source for _, e in log),
            weight=np.array([e.weight for _, e in log], np.float64),
        ),
        unreadable=unreadable,
        copies=copies_of((str(i.content), i.observed_at, (e.id for e in i.entities)) for i in ordered),
    )


def copies_of(told: Iterable[tuple[str, object, Iterable[str]]]) -> Codes:
    """Number what insights say: their words, the time of which the day counts, and what they are about.

    Exact copies have the same number: the same words but for case, spaces and the last full stop, of one day, about the same.

    >>> day, night = datetime(2026, 1, 1, 9), datetime(2026, 1, 1, 22)
    >>> copies_of([("Dana runs.", day, "d"), ("dana  runs", night, "d"), ("Dana runs.", day, "m")]).tolist()
    [0, 0, 1]
    """
    seen: dict[str, int] = {}  # texts, which the garbage collector needn't look through
    keys = ("\0".join((str(at)[:10], " ".join(words.casefold().split()).rstrip("."), *sorted(set(about)))) for words, at, about in told)
    return np.fromiter((seen.setdefault(key, len(seen)) for key in keys), np.int32)


def _trouble(insight: Insight) -> str:
    try:
        for at in (insight.observed_at, insight.recheck_at, *(e.at for e in insight.evidence)):
            micros(at)
        _ = [(KINDS.index(e.kind), float(e.weight)) for e in insight.evidence]
    except (ArithmeticError, TypeError, ValueError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"
    return ""
