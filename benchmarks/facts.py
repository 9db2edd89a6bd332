"""Make many insights about many entities, some said twice, with their vectors, for measuring speed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from compoundry.encoders import encoder
from compoundry.model import Entity, Insight

PER_ENTITY = 20
SAID_TWICE = 0.10
CHANGED = 0.05
DAY = datetime(2026, 3, 1, tzinfo=UTC)
_WHAT_SHARE, _NAME_SHARE = 0.8, 0.5

_VERBS = (
    "prefers", "uses", "dislikes", "ordered", "needs", "renewed", "complained about", "asked for", "tested", "plans to buy",
    "stopped using", "recommends",
)  # fmt: skip
_THINGS = (
    "the weekly report", "email reminders", "the mobile app", "12 seats", "the audit log", "a discount of 15 percent", "the night shift",
    "paper invoices", "the old dashboard", "single sign-on", "40 licences", "the export to Excel", "the support line", "phone calls",
    "the Lisbon office", "the blue theme", "the shared calendar", "3 monitors", "the holiday plan", "the training videos",
    "a longer trial", "the backup service", "quarterly reviews", "the German translation", "the public API", "printed labels",
    "the spare keys", "the meeting room", "a second account", "the spring catalogue",
)  # fmt: skip
_OTHERWISE = (("the ", ""), ("email", "e-mail"), ("prefers", "does prefer"), ("percent", "%"), (" a ", " one "))


def facts(size: int) -> Iterator[tuple[int, str, str]]:
    """Yield (entity, who, what) in a fixed order: mostly new facts, some in other words, some with another number."""
    dice = Random(11)
    entities = max(1, size // PER_ENTITY)
    said: dict[int, list[str]] = {}
    for n in range(size):
        who = n % entities
        known = said.setdefault(who, [])
        roll = dice.random()
        what = _anew(dice) if not known or roll > SAID_TWICE + CHANGED else _again(dice.choice(known), dice, changed=roll < CHANGED)
        known.append(what)
        yield who, f"Customer {who:05d}", what


def _anew(dice: Random) -> str:
    return f"{dice.choice(_VERBS)} {dice.choice(_THINGS)}."


def _again(what: str, dice: Random, *, changed: bool) -> str:
    if changed:
        return "".join(str(int(c) + 1) if c in "12345678" else c for c in what)
    one, other = dice.choice(_OTHERWISE)
    return what.replace(one, other, 1).rstrip(".")


def insights(size: int) -> tuple[Insight, ...]:
    """Return the facts as insights, each observed on a day of its own."""
    made = []
    for n, (who, name, what) in enumerate(facts(size)):
        at = DAY + timedelta(minutes=n)
        made.append(Insight(f"{n:08d}", f"{name} {what}", "fact", (Entity(f"e{who}", name, "company"),), 0.7, at, at, source="crm"))
    return tuple(made)


def write_vectors(file: Path, size: int) -> None:
    """Write the vectors of the facts: MiniLM's for what is said, mixed with one of its own for each name."""
    said = sorted({what for _, _, what in facts(size)})
    model = encoder("minilm")
    known = dict(zip(said, model.encode(said), strict=True))
    rows = np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=(size, model.dimension))
    for n, (who, _, what) in enumerate(facts(size)):
        mixed = _WHAT_SHARE * known[what] + _NAME_SHARE * _name(who, model.dimension)
        rows[n] = mixed / np.linalg.norm(mixed)
    rows.flush()


@lru_cache(maxsize=100_000)
def _name(who: int, dimension: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(who).standard_normal(dimension).astype(np.float32)
    unit: NDArray[np.float32] = drawn / np.linalg.norm(drawn)
    return unit
