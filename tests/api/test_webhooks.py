"""Webhooks over HTTP: a served worker delivers, and secrets are shown once."""

from pathlib import Path

import httpx2

from compoundry.client import Client
from tests.hooks.receiver import receiving, until
from tests.server import new_key, serving


def test_a_server_delivers_what_happens(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hooks.db"
    key = new_key(url)
    with serving(url, COMPOUNDRY_WEBHOOK_NETWORKS="127.0.0.0/8") as served, Client(served.url, key) as client, receiving() as receiver:
        made = client.webhooks.create(receiver.url, kinds=["insight.created", "webhook.test"])
        client.webhooks.test(made["id"])
        client.insights.add("Dana leads sales.")
        assert until(lambda: len(receiver.taken()) == 2, 20)
        assert {one.verified(made["secret"])["type"] for one in receiver.taken()} == {"insight.created", "webhook.test"}
        assert until(lambda: all(one["state"] == "delivered" for one in client.webhooks.sent()), 10)
        assert made["secret"] not in str(client.webhooks.list()) + str(client.webhooks.sent())


def test_a_private_address_is_refused_where_none_is_allowed(client: httpx2.Client) -> None:
    for url in ("http://127.0.0.1/", "http://2130706433/", "http://[::ffff:10.0.0.1]/", "file:///etc/passwd"):
        answer = client.post("/webhooks", json={"url": url})
        assert answer.status_code == 400, url
        assert answer.json()["code"] == 400
    assert client.post("/webhooks", json={"url": "https://example.com/hook", "kinds": ["nonsense"]}).status_code == 400
