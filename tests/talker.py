"""Stand in for a language model: a real server on a real socket that speaks the OpenAI chat protocol."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.answering import Question, answering

Reply = Callable[[str], str]


@dataclass
class Talking:
    """Hold the server's URL, and every question that it was asked."""

    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def talking(reply: Reply, *, status: int = 200) -> Iterator[Talking]:
    """Serve until the end of the block; `reply` makes the answer out of the last message."""
    talk = Talking("")

    def answer(question: Question) -> tuple[int, Any]:
        message = {"role": "assistant", "content": reply(question["messages"][-1]["content"])}
        return status, {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}

    with answering(answer, talk.asked) as talk.url:
        yield talk
