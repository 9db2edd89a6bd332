"""Say what every encoder and every language model can do: one method each."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Encoder(Protocol):
    """Encode sentences; `name` and `dimension` are stored with each vector."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(sentences), dimension), each row of unit length."""
        ...


class Talker(Protocol):
    """Answer a question in words; `name` says which model did."""

    @property
    def name(self) -> str: ...

    def answer(self, instructions: str, question: str, *, most_tokens: int = 300) -> str:
        """Return the answer, without the space around it."""
        ...
