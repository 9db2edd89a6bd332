"""Keep many changes alike in few rows: columns, packed, from which each change can be spelled out again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from compoundry.job import Alike
from compoundry.model import Fact, Reason
from compoundry.store import packing
from compoundry.store.effects import Effect

PACK: Final = 5_000
Column = NDArray[Any] | Fact | None


@dataclass(frozen=True, slots=True)
class Entry:
    """Keep one change as a run decided it: what it is about, why, and the row edits."""

    kind: str
    subject: str
    reason: Reason
    effects: tuple[Effect, ...]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: {self.reason.text}"

    def undone(self) -> "Entry":
        """Return the change that takes this one back."""
        taken = Reason("reverted", f"taken back: {self.reason.text}", {"was": self.reason.code})
        return Entry(f"un{self.kind}", self.subject, taken, tuple(e.inverse() for e in reversed(self.effects)))


@dataclass(frozen=True)
class Batch:
    """Keep the same change of many insights; a column holds one value for each of them, or one for all.

    `before` and `after` are columns of the insights' rows, `text` is the sentence of the reason, in which {names} stand for facts.
    """

    kind: str
    code: str
    text: str
    insights: Sequence[str]
    before: Mapping[str, Column]
    after: Mapping[str, Column]
    facts: Mapping[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.insights)

    def __iter__(self) -> Iterator[Entry]:
        return (self.entry(n) for n in range(len(self)))

    def entry(self, place: int) -> Entry:
        """Spell one of the changes out."""
        facts: dict[str, Any] = {name: _value(column, place) for name, column in self.facts.items()}
        before, after = ({name: _value(column, place) for name, column in side.items()} for side in (self.before, self.after))
        insight = self.insights[place]
        return Entry(self.kind, insight, Reason(self.code, self.text.format(**facts), facts), (Effect("insight", insight, before, after),))

    def undone(self) -> "Batch":
        """Return the changes that take these back."""
        facts = {**self.facts, "was": self.code}
        return replace(
            self, kind=f"un{self.kind}", code="reverted", text=f"taken back: {self.text}", before=self.after, after=self.before, facts=facts
        )

    def only(self, places: Sequence[int]) -> "Batch":
        """Return some of the changes."""
        chosen = np.array(places, np.intp)
        sides = ({name: _chosen(column, chosen) for name, column in side.items()} for side in (self.before, self.after, self.facts))
        return Batch(self.kind, self.code, self.text, [self.insights[n] for n in places], *sides)

    def packs(self) -> Iterator["Batch"]:
        """Cut the changes into as many as one row keeps."""
        for start in range(0, len(self), PACK):
            part = slice(start, start + PACK)
            sides = ({name: _chosen(column, part) for name, column in side.items()} for side in (self.before, self.after, self.facts))
            yield Batch(self.kind, self.code, self.text, self.insights[part], *sides)


def batch(alike: Alike) -> Batch:
    """Spell many changes alike as edits of rows."""
    match alike.kind:
        case "believe":
            before, after = {"confidence": alike.facts["before"]}, {"confidence": alike.facts["after"]}
            return Batch("believe", alike.code, alike.text, alike.insights, before, after, alike.facts)
        case "archive":
            return Batch("archive", alike.code, alike.text, alike.insights, {"standing": "active"}, {"standing": "archived"}, alike.facts)


def packed(written: Batch) -> bytes:
    """Write a batch as bytes."""
    return packing.packed([written.kind, written.code, written.text, None, written.before, written.after, written.facts], written.insights)


def unpacked(kept: bytes) -> Batch:
    """Read a batch from bytes."""
    (kind, code, text, within, *sides), ids = packing.unpacked(kept)
    found = ({name: _column(value) for name, value in side.items()} for side in sides)
    return Batch(kind, code, text, within if ids is None else ids, *found)


def joined(packs: Sequence[Batch]) -> Batch:
    """Put packs of changes alike together again."""
    first = packs[0]
    sides = (_side([getattr(pack, side) for pack in packs]) for side in ("before", "after", "facts"))
    return Batch(first.kind, first.code, first.text, [id for pack in packs for id in pack.insights], *sides)


def _side(packs: Sequence[Mapping[str, Column]]) -> dict[str, Column]:
    """Join columns; one value for all stays one."""
    return {
        name: np.concatenate([pack[name] for pack in packs]) if isinstance(column, np.ndarray) else column
        for name, column in packs[0].items()
    }


def _value(column: Column, place: int) -> Fact | None:
    return column[place].item() if isinstance(column, np.ndarray) else column


def _chosen(column: Column, chosen: Any) -> Column:
    return column[chosen] if isinstance(column, np.ndarray) else column


def _column(value: Any) -> Column:
    return np.array(value) if isinstance(value, list) else value
