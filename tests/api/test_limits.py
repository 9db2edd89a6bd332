"""A key that asks too often is told so, and how long to wait; others are served meanwhile."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from compoundry.api.doorman import PREFIX, Doorman
from compoundry.errors import Unauthenticated
from compoundry.model import Caller

QUOTA = 50


class Hands:
    """Turn a clock by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def door() -> tuple[TestClient, Hands]:
    """Give a door with a quota, nothing behind it, and the clock it goes by."""
    hands = Hands()

    def known(secret: str) -> Caller:
        if not secret.startswith("sk-"):
            raise Unauthenticated("no")
        return Caller(1, frozenset(), secret)

    inner = Starlette(
        routes=[
            Route(PREFIX + "/x", lambda _: PlainTextResponse("in"), methods=["GET", "POST"]),
            Route("/healthz", lambda _: PlainTextResponse("in")),
        ]
    )
    return TestClient(Doorman(inner, authenticate=known, body_limit_bytes=1_000, requests_per_minute=QUOTA, clock=hands)), hands


def asked(client: TestClient, key: str = "sk-one") -> Any:
    return client.get(PREFIX + "/x", headers={"Authorization": f"Bearer {key}"})


def test_a_burst_of_twice_the_quota_gives_exactly_the_quota(door: tuple[TestClient, Hands]) -> None:
    client, _ = door
    statuses = [asked(client).status_code for _ in range(2 * QUOTA)]
    assert (statuses.count(200), statuses.count(429)) == (QUOTA, QUOTA)
    assert asked(client, "sk-other").status_code == 200
    assert client.get("/healthz").status_code == 200


def test_after_the_time_that_it_names_every_request_passes(door: tuple[TestClient, Hands]) -> None:
    client, hands = door
    for _ in range(100):
        while (refused := asked(client)).status_code == 200:
            hands.now += 0.01
        wait = refused.headers["retry-after"]
        assert wait.isdecimal()
        assert 1 <= int(wait) <= 61
        assert refused.json()["code"] == 429
        hands.now += int(wait)
        assert asked(client).status_code == 200


def test_a_large_body_is_refused_at_the_limit_announced_or_not(door: tuple[TestClient, Hands]) -> None:
    client, _ = door

    async def endless() -> Any:
        while True:
            yield b"x" * 100

    headers = {"Authorization": "Bearer sk-one"}
    assert client.post(PREFIX + "/x", content=b"x" * 10_000_000, headers=headers).status_code == 413
    assert client.post(PREFIX + "/x", content=b"x", headers={**headers, "Content-Length": "999999999999"}).status_code == 413
