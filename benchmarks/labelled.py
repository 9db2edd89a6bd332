"""Read sentences that people have labelled as the same or not, from the folder of the data sets."""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compoundry.encoders import encoder

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold two sentences, whether people say that they mean the same, and their cosine."""

    a: str
    b: str
    same: bool
    cosine: float


def rows(folder: Path, name: str) -> list[dict[str, object]]:
    """Read a set, in an order drawn once and for all; exits when it is absent."""
    file = folder / name / "dev.jsonl"
    if not file.exists():
        raise SystemExit(f"{file} is absent; give the folder of the data sets: make bench-consolidation DATA=folder")
    found = [json.loads(line) for line in file.read_text().splitlines()]
    random.Random(1).shuffle(found)
    return found


def labelled(folder: Path, name: str, most: int) -> list[tuple[str, str, bool]]:
    """Draw at most `most` labelled pairs of a set, from the half of it that guards and weights were not developed on."""
    found = [(str(row["a"]), str(row["b"]), row["label"] == 1) for row in rows(folder, name) if row.get("label") in (0, 1)]
    return [(a, b, same) for a, b, same in found if _held_out(a, b)][:most]


def _held_out(a: str, b: str) -> bool:
    """Tell the half that a pair belongs to, by its words alone."""
    return hashlib.sha1(str(sorted((a, b))).encode()).digest()[0] % 2 == 1


class Vectors:
    """Encode sentences, each once."""

    def __init__(self) -> None:
        self._encoder = encoder("minilm")
        self._known: dict[str, Floats] = {}

    def of(self, texts: Sequence[str]) -> Floats:
        """Return float32 of shape (len(texts), 384), unit rows."""
        new = sorted({*texts} - self._known.keys())
        if new:
            self._known |= dict(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts]) if texts else np.zeros((0, 384), dtype=np.float32)

    def pairs(self, found: Sequence[tuple[str, str, bool]]) -> list[Pair]:
        """Add the cosine to labelled pairs."""
        one, other = self.of([a for a, _, _ in found]), self.of([b for _, b, _ in found])
        return [Pair(a, b, same, float(c)) for (a, b, same), c in zip(found, (one * other).sum(axis=1), strict=True)]
