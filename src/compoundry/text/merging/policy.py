"""Set how near sentences must be to be merged, or shown to a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Set how near (cosine) sentences must be to be merged, or shown to a person, when no guard objects.

    `review_words` is how many words may differ before the pair isn't shown at all, unless the sentences are as
    near as `ask_at`. Measured in docs/benchmarks/consolidation.md. A block is compared exactly as long as its new
    insights times all of its insights are at most the square of `exact_up_to`; beyond, through a graph of neighbours,
    which needs the extra `ann` and finds some 99.8 % of the pairs.

    `questions` is how many questions may be open at a time (0 for any number). `audit_share` of the automatic merges
    of different words are shown to a person; when the answers say that merging is surely right less often than
    `precision_target`, it pauses: what would be merged is asked about until the answers are better. `judge_budget` is how many of a run's
    questions about merges a language model (COMPOUNDRY_CHAT) may answer in place of a person; 0 asks none.
    """

    merge_at: float = 0.80
    review_at: float = 0.80
    review_words: int = 4
    ask_at: float = 0.88
    exact_up_to: int = 200_000
    questions: int = 0
    audit_share: float = 0.05
    precision_target: float = 0.95
    judge_budget: int = 0
