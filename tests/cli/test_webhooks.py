"""Webhooks are made, tested and followed from the command line."""

import pytest

from compoundry.settings import settings
from tests.cli.typed import Prompt
from tests.hooks.receiver import always, receiving, well


@pytest.fixture(autouse=True)
def _near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOUNDRY_WEBHOOK_NETWORKS", "127.0.0.0/8")
    settings.cache_clear()


def test_a_webhook_is_made_tested_and_deleted(prompt: Prompt) -> None:
    with receiving() as receiver:
        made = prompt.json("webhook", "create", receiver.url, "--kinds", "run.completed, rule.created")
        assert made["kinds"] == ["run.completed", "rule.created"]
        assert prompt.json("webhook", "test", made["id"])["state"] == "delivered"
        assert receiver.requests[0].verified(made["secret"])["type"] == "webhook.test"
        (listed,) = prompt.json("webhook", "list")["data"]
        assert "secret" not in listed
        assert prompt.json("webhook", "rotate", made["id"])["secret"] != made["secret"]
        assert prompt.json("webhook", "delete", made["id"])["deleted"]
    assert prompt("webhook", "test", made["id"]).code == 4


def test_dead_letters_are_listed_and_sent_again(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOUNDRY_WEBHOOK_PAUSES_S", "[]")
    settings.cache_clear()
    with receiving(always(500)) as receiver:
        id = prompt.json("webhook", "create", receiver.url)["id"]
        assert prompt("webhook", "test", id).code == 6
        (dead,) = prompt.json("webhook", "dead")["data"]
        assert dead["answer"].startswith("500")
        receiver.behave = well
        assert prompt.json("webhook", "redeliver", dead["id"])["data"][0]["state"] == "delivered"
    assert prompt.json("webhook", "dead")["data"] == []
    assert [row["state"] for row in prompt("webhook", "deliveries").rows] == ["delivered"]


@pytest.mark.parametrize("url", ["ftp://example.com/", "http://user@example.com/", "nonsense", "http://10.0.0.1/"])
def test_urls_that_may_not_be_called_are_refused(prompt: Prompt, url: str) -> None:
    assert prompt("webhook", "create", url).code == 2
