"""Encode by any server that speaks the OpenAI embeddings protocol."""

from collections.abc import Sequence
from typing import Any

import httpx2
import numpy as np
import stamina
from numpy.typing import NDArray

from compoundry.errors import Unavailable

BATCH = 128
TIMEOUT_S = 60.0
ATTEMPTS = 4


def _may_pass(error: Exception) -> bool:
    """Tell a failure that another try may not meet (busy, broken, unreachable) from one that stays (a wrong key)."""
    if isinstance(error, httpx2.HTTPStatusError):
        return error.response.status_code == 429 or error.response.status_code >= 500
    return isinstance(error, httpx2.TransportError)


def _vectors(answer: dict[str, list[dict[str, Any]]], sentences: int) -> NDArray[np.float32]:
    """Read one vector for each sentence; ValueError for another number of them, for unequal lengths, and for what is no number."""
    rows = sorted((int(row["index"]), row["embedding"]) for row in answer["data"])
    vectors = np.array([embedding for _, embedding in rows], dtype=np.float32)
    if [place for place, _ in rows] != list(range(sentences)) or vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise ValueError("not a finite vector for each sentence")
    return vectors


class Remote:
    """Post sentences to URL/v1/embeddings in batches; what may pass is tried again, with growing pauses."""

    def __init__(self, model: str, url: str, *, api_key: str = "") -> None:
        self.name = f"remote-{model}"
        self._model = model
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = httpx2.Client(base_url=url.rstrip("/").removesuffix("/v1"), headers=headers, timeout=TIMEOUT_S)
        self._dimension = 0

    @property
    def dimension(self) -> int:
        """Return the length of a vector; asks the server the first time."""
        return self._dimension or self.encode(["dimension"]).shape[1]

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(sentences), dimension), unit rows; Unavailable when the server can't be used."""
        batches = [self._batch(sentences[start : start + BATCH]) for start in range(0, len(sentences), BATCH)]
        vectors = np.concatenate(batches) if batches else np.zeros((0, self._dimension), dtype=np.float32)
        self._dimension = vectors.shape[1]
        unit: NDArray[np.float32] = (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)).astype(np.float32)
        return unit

    def _batch(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        try:
            answer = self._asked(sentences)
            return _vectors(answer, len(sentences))
        except httpx2.HTTPStatusError as error:
            raise Unavailable(f"the encoder {self._model} can't be used now: its server answered {error.response.status_code}") from error
        except httpx2.HTTPError as error:
            raise Unavailable(f"the encoder {self._model} can't be used now: {type(error).__name__}: {error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable(
                f"the encoder {self._model} can't be used now: its server sent no vector of numbers for each sentence"
            ) from error

    @stamina.retry(on=_may_pass, attempts=ATTEMPTS, wait_initial=0.2)
    def _asked(self, sentences: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        answer = self._http.post("/v1/embeddings", json={"model": self._model, "input": list(sentences)})
        answer.raise_for_status()
        told: dict[str, list[dict[str, Any]]] = answer.json()
        return told
