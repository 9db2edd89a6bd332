"""Set how near sentences must be to be merged, or shown to a person."""

from dataclasses import dataclass

from compoundry.errors import Invalid

_SHARES = ("merge_at", "reworded_at", "slight_at", "review_at", "near_at", "audit_share", "precision_target")
_COUNTS = ("exact_up_to", "questions", "judge_budget")


@dataclass(frozen=True, slots=True)
class Policy:
    """Set how near (cosine) sentences must be to be merged when no guard objects, and what a question must be worth.

    `merge_at` is for sentences of the same words, `reworded_at` where a word is told in another one, or where the language
    isn't English, `slight_at` where a long sentence has one word more or another small word; questions need .95 at least.
    `review_at` is in terms of `text/worth.py`. Pairs below `near_at` aren't looked at. Measured in docs/benchmarks/consolidation.md.
    A block is compared exactly as long as its new insights times all of its insights are at most the square of `exact_up_to`; beyond,
    through a graph of neighbours, which needs the extra `ann` and finds some 99.8 % of the pairs.

    `questions` is how many questions may be open at a time (0 for any number). `audit_share` of the automatic merges
    of different words are shown to a person; when the answers say that merging is surely right less often than
    `precision_target`, it pauses: what would be merged is asked about until the answers are better. `judge_budget` is how many of a run's
    questions about merges a language model (COMPOUNDRY_CHAT) may answer in place of a person; 0 asks none.
    """

    merge_at: float = 0.80
    reworded_at: float = 0.90
    slight_at: float = 0.97
    review_at: float = 0.73
    near_at: float = 0.70
    exact_up_to: int = 200_000
    questions: int = 0
    audit_share: float = 0.05
    precision_target: float = 0.95
    judge_budget: int = 0

    def __post_init__(self) -> None:
        if wrong := [name for name in _SHARES if not 0 <= getattr(self, name) <= 1]:
            raise Invalid(f"consolidation: {wrong[0]} must be from 0 to 1, not {getattr(self, wrong[0])}")
        if wrong := [name for name in _COUNTS if getattr(self, name) < 0]:
            raise Invalid(f"consolidation: {wrong[0]} must be 0 or more, not {getattr(self, wrong[0])}")
