"""Turn sentences into vectors with any endpoint that speaks the OpenAI embeddings protocol."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compoundry.errors import MissingExtra, Unavailable

_BATCH = 64
_TRIES = 4
_WAIT_S = 0.5
_TIMEOUT_S = 60.0
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


class Remote:
    """Encode by POST `URL/v1/embeddings`, in batches, trying again when busy; `dimension` is 0 until the first answer."""

    def __init__(self, model: str, url: str, *, api_key: str = "", client: Any = None, sleep: Callable[[float], None] = time.sleep) -> None:
        self.name = f"remote:{model}"
        self._model = model
        self._url = endpoint(url)
        self._client = client or _client(api_key)
        self._sleep = sleep
        self.dimension = 0

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(sentences), dimension), unit rows; raises Unavailable when the endpoint stays away."""
        if not sentences:
            return np.zeros((0, self.dimension), dtype=np.float32)
        batches = [list(sentences[i : i + _BATCH]) for i in range(0, len(sentences), _BATCH)]
        made = np.vstack([self._ask(batch) for batch in batches])
        self.dimension = made.shape[1]
        unit: NDArray[np.float32] = made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-12)
        return unit

    def _ask(self, batch: list[str]) -> NDArray[np.float32]:
        problem = ""
        for attempt in range(_TRIES):
            if attempt:
                self._sleep(_WAIT_S * 2 ** (attempt - 1))
            status, answer = self._post(batch)
            if status == 200:
                return _rows(answer, len(batch), self._url)
            problem = f"answered {status}" if status else str(answer)
            if status and status not in _PASSING:
                break
        raise Unavailable(f"the encoder at {self._url} {problem}; check COMPOUNDRY_ENCODER and COMPOUNDRY_ENCODER_API_KEY")

    def _post(self, batch: list[str]) -> tuple[int, Any]:
        import httpx2

        try:
            answer = self._client.post(self._url, json={"model": self._model, "input": batch, "encoding_format": "float"})
            return answer.status_code, answer.json() if answer.status_code == 200 else None
        except (httpx2.HTTPError, ValueError) as problem:
            return 0, f"can't be understood or reached ({type(problem).__name__})"


def endpoint(url: str) -> str:
    """Complete the address of an embeddings endpoint.

    >>> endpoint("http://box:8080"), endpoint("http://box/v1/")
    ('http://box:8080/v1/embeddings', 'http://box/v1/embeddings')
    """
    base = url.rstrip("/")
    if base.endswith("/embeddings"):
        return base
    return f"{base}/embeddings" if base.endswith("/v1") else f"{base}/v1/embeddings"


def _rows(answer: Any, wanted: int, url: str) -> NDArray[np.float32]:
    try:
        rows = [row["embedding"] for row in sorted(answer["data"], key=lambda row: row["index"])]
        made = np.array(rows, dtype=np.float32)
    except (KeyError, TypeError, ValueError) as problem:
        raise Unavailable(f"the encoder at {url} answered in another form than the OpenAI embeddings protocol") from problem
    if len(rows) != wanted or made.ndim != 2 or not np.isfinite(made).all():
        raise Unavailable(f"the encoder at {url} answered {len(rows)} vectors for {wanted} sentences")
    return made


def _client(api_key: str) -> Any:
    try:
        import httpx2
    except ImportError as missing:
        raise MissingExtra("the package httpx2 isn't installed; install it with: pip install httpx2") from missing
    return httpx2.Client(headers={"Authorization": f"Bearer {api_key}"} if api_key else {}, timeout=_TIMEOUT_S)
