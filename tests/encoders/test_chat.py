"""A language model is asked in the words of the OpenAI protocol, and never by default."""

import pytest

from compoundry.encoders.chat import Chat, chat
from compoundry.errors import Invalid, Unavailable
from tests.talker import talking


def test_a_question_is_asked_and_its_answer_returned() -> None:
    with talking(lambda question: f"  You said: {question}\n") as talk:
        model = Chat("small", talk.url, api_key="k")
        assert model.answer("Be brief.", "Hello") == "You said: Hello"
    (asked,) = talk.asked
    assert (asked["path"], asked["key"], asked["model"], asked["temperature"]) == ("/v1/chat/completions", "Bearer k", "small", 0)
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]


def test_a_server_that_refuses_is_unavailable() -> None:
    with talking(str.upper, status=500) as talk, pytest.raises(Unavailable, match="small can't be used"):
        Chat("small", talk.url).answer("", "Hello")


def test_no_model_is_asked_unless_one_is_named() -> None:
    assert chat("") is None
    named = chat("small@http://127.0.0.1:1/v1")
    assert named is not None
    assert named.name == "small"
    with pytest.raises(Invalid, match="MODEL@URL"):
        chat("small")
