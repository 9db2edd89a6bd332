"""Ask a language model one question: any server that speaks the OpenAI chat protocol."""

from typing import Any

import httpx2
import stamina

from compoundry.errors import Invalid, Unavailable

TIMEOUT_S = 60.0
ATTEMPTS = 3


class Chat:
    """Post one question at a time to URL/v1/chat/completions, at temperature 0; what may pass is tried again."""

    def __init__(self, model: str, url: str, *, api_key: str = "", timeout_s: float = TIMEOUT_S) -> None:
        self.name = model
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = httpx2.Client(base_url=url.rstrip("/").removesuffix("/v1"), headers=headers, timeout=timeout_s)

    def answer(self, instructions: str, question: str, *, most_tokens: int = 300) -> str:
        """Return what the model says, without the space around it; Unavailable when the server can't be used."""
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": question}]
        try:
            told = self._asked({"model": self.name, "messages": messages, "temperature": 0, "max_tokens": most_tokens})
            return str(told["choices"][0]["message"]["content"] or "").strip()
        except (httpx2.HTTPError, ValueError, KeyError, IndexError, TypeError) as error:
            raise Unavailable(f"the chat model {self.name} can't be used now: {type(error).__name__}: {error}") from error

    @stamina.retry(on=httpx2.TransportError, attempts=ATTEMPTS, wait_initial=0.2)
    def _asked(self, question: dict[str, object]) -> Any:
        answer = self._http.post("/v1/chat/completions", json=question)
        answer.raise_for_status()
        return answer.json()


def chat(named: str, *, api_key: str = "") -> Chat | None:
    """Return the model that `MODEL@URL` names, None for an empty name; Invalid for anything else."""
    if not named:
        return None
    model, _, url = named.partition("@")
    if not model or not url.startswith(("http://", "https://")):
        raise Invalid(f"unknown chat model {named!r}; write MODEL@URL, for example gpt@http://127.0.0.1:8000/v1")
    return Chat(model, url, api_key=api_key)
