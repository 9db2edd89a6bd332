"""Stand in for an embeddings server: a real server on a real socket that speaks the OpenAI embeddings protocol."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from compoundry.encoders.hashed import Hashed
from tests.answering import Question, answering


@dataclass
class Embedding:
    """Hold the server's URL, every request that it got, and the statuses that it answers first."""

    url: str
    first: list[int]
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def embedding(*, first: Sequence[int] = (), dimension: int = 64) -> Iterator[Embedding]:
    """Serve until the end of the block; vectors are hashed words, cut to a dimension, told in no order."""
    served = Embedding("", list(first))

    def answer(question: Question) -> tuple[int, Any]:
        vectors = Hashed().encode(question["input"])[:, :dimension]
        told = [{"object": "embedding", "index": n, "embedding": v.tolist()} for n, v in enumerate(vectors)]
        return served.first.pop(0) if served.first else 200, {"object": "list", "data": told[::-1], "model": question["model"]}

    with answering(answer, served.asked) as served.url:
        yield served
