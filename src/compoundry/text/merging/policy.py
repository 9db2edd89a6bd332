"""Set how near sentences must be to be merged, or shown to a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Set how near (cosine) sentences must be to be merged, or shown to a person, when no guard objects.

    `review_words` is how many words may differ before the pair isn't shown at all, unless the sentences are as
    near as `ask_at`. Measured in docs/benchmarks/consolidation.md.
    """

    merge_at: float = 0.80
    review_at: float = 0.80
    review_words: int = 4
    ask_at: float = 0.88
