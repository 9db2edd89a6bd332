"""Whatever is sent to any writing route: no server error, no long answer, and both databases answer alike."""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from compoundry.api.server import api
from compoundry.app import assemble
from compoundry.service import access
from compoundry.settings import Settings
from tests.api.hostile import PATHS, RAW, bodies, sample_body
from tests.server import ALL_SCOPES, BASE

SHORT, LONG = 800, 25_000
SLOW_S = 2.0


@dataclass(frozen=True)
class Twins:
    """Hold the same service on both databases, and what their routes take."""

    each: tuple[TestClient, ...]
    insights: tuple[str, ...]
    document: dict[str, Any]
    took_s: list[float] = field(default_factory=list)

    def writes(self) -> Iterator[tuple[str, str, Any]]:
        """List every writing route with a body that it would take."""
        for path, operations in self.document["paths"].items():
            for method, operation in operations.items():
                if path.startswith(BASE) and method in ("post", "put", "patch", "delete"):
                    valid = sample_body(operation)
                    valid.pop("external_id", None)  # a known one would not be stored again
                    yield method.upper(), path.replace("{section}", "sources"), valid

    def send(self, method: str, path: str, body: bytes) -> list[Any]:
        """Send the same to both; return what should be equal."""
        told = []
        for client, insight in zip(self.each, self.insights, strict=True):
            began = time.monotonic()
            place = path.replace("insights/{id}", f"insights/{insight}") if method != "DELETE" else path
            answer = client.request(
                method, place.replace("{", "").replace("}", ""), content=body, headers={"Content-Type": "application/json"}
            )
            self.took_s.append(time.monotonic() - began)
            assert answer.status_code < 500, (method, path, body[:200], answer.text)
            assert answer.status_code != 422
            told.append((answer.status_code, _message(answer)))
        return told


@pytest.fixture
def twins(postgres_url: str, tmp_path: Path, settings: Settings) -> Iterator[Twins]:
    with ExitStack() as stack:
        clients = []
        for url in (f"sqlite:///{tmp_path}/twin.db", postgres_url):
            parts = assemble(settings, url)
            stack.callback(parts.close)
            key = access.create_key(parts.app, access.create_workspace(parts.app, "Twin").id, scopes=ALL_SCOPES.split(",")).key
            clients.append(TestClient(api(parts.app, settings), headers={"Authorization": f"Bearer {key}"}, raise_server_exceptions=False))
        known = [client.post(BASE + "/insights", json={"content": "Dana prefers email."}).json()["id"] for client in clients]
        yield Twins(tuple(clients), tuple(known), clients[0].get("/openapi.json").json())


@pytest.mark.timeout(900)
@pytest.mark.parametrize("most", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.slow)])
def test_hostile_bodies_break_nothing_and_both_databases_answer_alike(twins: Twins, most: int) -> None:
    every = [(method, path, body) for method, path, valid in twins.writes() for body in (*RAW, *bodies(valid))]
    for method, path, body in random.Random(most).sample(every, min(most, len(every))):
        one, other = twins.send(method, path, body)
        assert one == other, (method, path, body[:300])
    assert most == SHORT or max(twins.took_s) < SLOW_S, "an answer took long"


def test_hostile_ids_break_nothing_and_both_databases_answer_alike(twins: Twins) -> None:
    for path, operations in twins.document["paths"].items():
        for method in operations:
            if "{" not in path or path.endswith("/events"):
                continue
            head, tail = path.split("{")[0], path.split("}")[1]
            for id in PATHS:
                one, other = twins.send(method.upper(), head + id + tail, b"{}")
                assert one == other, (method, path, id)
                assert one[0] in (400, 404, 405), (method, path, id, one)


def _message(answer: Any) -> Any:
    if answer.status_code < 400:
        return None
    told = answer.json()
    assert told["code"] == answer.status_code
    assert told["request_id"]
    return told["message"]
