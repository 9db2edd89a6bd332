"""Replay dated histories through the belief that ships: flashcard reviews and repeat purchases."""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from compoundry.model import Evidence, Insight
from compoundry.text.belief import Fold, Policy, confidence

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FROM_DAYS = 1.0  # within a day, a review repeats what was just shown
CUT = date(1997, 9, 30)
LOGARITHMIC = ("half_life_days", "tail", "growth", "spacing", "practice", "prior", "denial", "surprise")
SHARES = ("lapse", "stated")
START = {
    "half_life_days": 15.0, "tail": 0.7, "growth": 3.0, "spacing": 0.5, "practice": 0.4, "prior": 0.1, "denial": 0.65, "surprise": 4.0,
    "lapse": 0.7, "stated": 0.93,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Review:
    """Note one review of a card: days since the one before, and whether it was known."""

    gap_days: float
    known: bool
    first: bool


Card = Sequence[Review]


@dataclass(frozen=True, slots=True)
class Deck:
    """Hold cards as columns: row n is the review number n of every card that has so many, those with most reviews first."""

    gap_days: Sequence[Floats]
    known: Sequence[Flags]
    first: Sequence[Flags]

    @classmethod
    def of(cls, them: Iterable[Card]) -> "Deck":
        """Lay cards out, longest first."""
        ordered = sorted(them, key=len, reverse=True)
        turns = [[card[n] for card in ordered if len(card) > n] for n in range(len(ordered[0]))]
        return cls(
            [np.array([r.gap_days for r in turn]) for turn in turns],
            [np.array([r.known for r in turn]) for turn in turns],
            [np.array([r.first for r in turn]) for turn in turns],
        )


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """Read a set, or stop with one sentence."""
    file = folder / name / "dev.jsonl"
    if not file.exists():
        raise SystemExit(f"{file} is absent; give the folder of the data sets: make bench-belief DATA=folder")
    return [json.loads(line) for line in file.read_text().splitlines()]


def cards(folder: Path) -> list[Card]:
    """Return the reviews card by card, oldest first."""
    by_card = defaultdict(list)
    for row in rows(folder, "fsrs_josh"):
        by_card[row["item"]].append(row)
    ordered = [sorted(card, key=lambda r: (r["t"], r["n_prev"])) for _, card in sorted(by_card.items())]
    return [[Review(r["elapsed_days"] or 0.0, bool(r["recalled"]), r["elapsed_days"] is None) for r in card] for card in ordered]


def predictions(deck: Deck, policy: Policy, stated: float) -> tuple[Floats, Floats]:
    """Predict each later review from those before it: known confirms; not known denies, and is then observed anew."""
    fold = Fold.of(np.full(len(deck.known[0]), policy.half_life_days), policy)
    told, true = [], []
    for gap, known, first in zip(deck.gap_days, deck.known, deck.first, strict=True):
        part = fold.part(len(gap))
        asked = ~first & (gap >= FROM_DAYS)
        fresh = np.where(first, 1.0, part.fresh(gap))
        told.append((part.trust * fresh)[asked])
        true.append(known[asked])
        seen = first | known
        part.support(np.where(seen, stated, 0.0), np.where(first, 1 - stated, 1.0), np.where(first, 0.0, gap))
        part.deny(np.where(known, 0.0, 1.0), np.where(known, 1.0, 1 - policy.review), fresh)
        part.support(np.where(known, 0.0, stated), np.where(known, 1.0, 1 - stated), np.zeros(len(gap)))
    return np.clip(np.concatenate(told), 1e-4, 1 - 1e-4), np.concatenate(true).astype(float)


def log_loss(predicted: Floats, true: Floats) -> float:
    """Return the mean log loss."""
    return float(-np.mean(true * np.log(predicted) + (1 - true) * np.log1p(-predicted)))


def auc(predicted: Floats, true: Floats) -> float:
    """Return the area under the ROC curve."""
    return float(roc_auc_score(true, predicted))


def fitted(them: Sequence[Card], start: Mapping[str, float], *, rounds: int, free: Sequence[str] = tuple(START)) -> dict[str, float]:
    """Fit settings by penalised likelihood, from `start`; only those named in `free` move."""
    names = [name for name in start if name in free]
    centre = np.array([_coded(name, start[name]) for name in names])
    deck = Deck.of(them)

    def loss(x: Floats) -> float:
        settings = {**start, **{name: _decoded(name, float(v)) for name, v in zip(names, x, strict=True)}}
        return log_loss(*predictions(deck, *policy_of(settings))) + 2e-4 * float(((x - centre) ** 2).sum())

    found = minimize(loss, centre, method="Powell", options={"maxiter": rounds, "ftol": 1e-4})
    return {**start, **{name: _decoded(name, float(v)) for name, v in zip(names, found.x, strict=True)}}


def policy_of(settings: Mapping[str, float]) -> tuple[Policy, float]:
    """Split settings into a policy for histories of one source, and the stated confidence."""
    mine = {name: value for name, value in settings.items() if name != "stated"}
    return replace(Policy(), longest=1e6, repeat=0.0, **mine), settings["stated"]  # type: ignore[arg-type]


def cross_fitted(them: Sequence[Card], start: Mapping[str, float], *, folds: int, rounds: int) -> tuple[Floats, Floats]:
    """Predict every card with settings fitted on other cards."""
    parts = []
    for held in range(folds):
        train = [card for n, card in enumerate(them) if n % folds != held]
        parts.append(predictions(Deck.of(them[held::folds]), *policy_of(fitted(train, start, rounds=rounds))))
    return np.concatenate([p for p, _ in parts]), np.concatenate([t for _, t in parts])


def purchases(folder: Path) -> dict[str, list[date]]:
    """Return the days on which each customer bought."""
    by_customer = defaultdict(list)
    for row in rows(folder, "cdnow"):
        by_customer[row["item"]].append(date.fromisoformat(row["t"][:10]))
    return {customer: sorted(days) for customer, days in by_customer.items()}


def seen_again(them: Mapping[str, Sequence[date]], policy: Policy, *, type: str) -> tuple[Floats, Floats]:
    """Score each customer by belief at the cut; true are those who bought after it."""
    now, scored = _noon(CUT), []
    for customer, days in them.items():
        log = tuple(Evidence(f"{customer}-{n}", "observed", _noon(day), "shop", 0.7) for n, day in enumerate(days) if day <= CUT)
        if log:
            known = Insight(customer, "This customer buys records.", type, (), 0.0, log[0].at, log[0].at, log)
            scored.append((confidence(known, now, policy), float(days[-1] > CUT)))
    table = np.array(scored)
    return table[:, 0], table[:, 1]


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _coded(name: str, value: float) -> float:
    return math.log(value) if name in LOGARITHMIC else math.log(value / (1 - value))


def _decoded(name: str, value: float) -> float:
    return math.exp(max(-6.0, min(7.0, value))) if name in LOGARITHMIC else 1 / (1 + math.exp(-max(-12.0, min(12.0, value))))
