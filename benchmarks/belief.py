"""Measure the belief that ships on dated histories: is a thing still known, will it be seen again?"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.lasting import table
from benchmarks.recall import START, auc, cards, cross_fitted, log_loss, purchases, seen_again
from benchmarks.report import publish
from compoundry.text.belief import Policy


def main() -> None:
    """Measure both histories and publish the table."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("data", type=Path)
    given.add_argument("--short", action="store_true")
    chosen = given.parse_args()
    predicted, true = cross_fitted(cards(chosen.data), START, folds=3, rounds=20 if chosen.short else 120)
    constant = np.full(len(true), true.mean())
    rows = [
        [
            "flashcards still known (fsrs_josh), log loss",
            f"{log_loss(predicted, true):.3f}",
            f"constant {log_loss(constant, true):.3f}",
            "≤ .45",
        ],
        ["flashcards still known (fsrs_josh), AUC", f"{auc(predicted, true):.3f}", "", "≥ .72"],
    ]
    again, seen = seen_again(purchases(chosen.data), Policy(), type="fact")
    rows.append(["customers seen again (cdnow), AUC", f"{auc(again, seen):.3f}", "", "≥ .77"])
    rows += table(chosen.data)
    notes = (
        "Flashcards: settings fitted on other cards than those measured, in three folds. Customers: the defaults. Half-lives: learned from "
        "random halves of the facts, beside the maximum-likelihood half-life of all; `covered` counts the 95 % intervals that hold it."
    )
    publish("belief", "Belief on dated histories", ["what", "measured", "beside", "target"], rows, notes=notes)


if __name__ == "__main__":
    main()
