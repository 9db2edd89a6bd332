"""A call with an Idempotency-Key is carried out once, whatever happens to the client, the connection or the server."""

import os
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2
import pytest

from compoundry.app import assemble
from compoundry.service import access
from compoundry.settings import Settings
from tests.api.test_contract import must_be_problem
from tests.server import ALL_SCOPES, BASE, Served, ready_url, serving, start

Write = Callable[[httpx2.Client, str], httpx2.Response]


def keyed(database_url: str) -> str:
    """Make a workspace and a key in a database that has its schema."""
    parts = assemble(Settings(encoder="hashed"), database_url)
    key = access.create_key(parts.app, access.create_workspace(parts.app, "Once").id, scopes=ALL_SCOPES.split(",")).key
    parts.close()
    return key


def client_of(url: str, key: str) -> httpx2.Client:
    return httpx2.Client(base_url=url + BASE, headers={"Authorization": f"Bearer {key}"}, timeout=30)


def triggered(client: httpx2.Client) -> int:
    return len(client.get("/compounding/jobs?limit=100").json()["data"])


def raw(key: str, once: str, body: bytes = b'{"job_type": "metrics"}') -> bytes:
    """Write a trigger as it stands on the wire."""
    head = f"POST {BASE}/compounding/trigger HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: {once}\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


@pytest.mark.parametrize("keys", [pytest.param(12, id="short"), pytest.param(1_000, id="long", marks=pytest.mark.slow)])
def test_twins_at_the_same_moment_are_one(database_url: str, keys: int) -> None:
    dice = random.Random(3)
    with serving(database_url, "--no-worker") as served, client_of(served.url, keyed(database_url)) as client:
        known = client.post("/insights", json={"content": "Dana prefers email."}).json()["id"]
        with ThreadPoolExecutor(8) as pool:
            for n in range(keys):
                once = {"Idempotency-Key": f"key {n}"}
                writes: list[tuple[str, str, object]] = [
                    ("POST", "/compounding/trigger", {"job_type": "decay_sweep"}),
                    ("POST", "/insights", [{"content": f"Fact {n}."}, {"content": ""}]),
                    ("POST", f"/insights/{known}/reinforce", {"source": f"crm {n}"}),
                    ("PATCH", f"/insights/{known}", {"type": f"type {n}"}),
                ]
                method, path, body = writes[n % len(writes)]

                def send(_: int, m: str = method, p: str = path, b: object = body, h: dict[str, str] = once) -> httpx2.Response:
                    return client.request(m, p, json=b, headers=h)

                answers = list(pool.map(send, range(dice.randint(2, 8))))
                assert {a.status_code for a in answers} <= {200, 201, 202}, [a.text for a in answers]
                assert len({a.content for a in answers}) == 1
        found = client.get("/insights?limit=100").json()["data"]
        assert len(found) == 1 + min(99, len(range(1, keys, 4)))
        assert triggered(client) == min(100, len(range(0, keys, 4)))
        assert len(client.get(f"/insights/{known}").json()["evidence"]) == 1 + len(range(2, keys, 4))


def test_a_repeated_call_gives_the_first_answer_again_though_things_have_changed(client: httpx2.Client) -> None:
    id = client.post("/insights", json={"content": "Dana prefers email."}).json()["id"]
    once = {"Idempotency-Key": "heard"}
    first = client.post(f"/insights/{id}/reinforce", json={"source": "crm"}, headers=once)
    client.post(f"/insights/{id}/reinforce", json={"source": "mail"})
    assert client.post(f"/insights/{id}/reinforce", json={"source": "crm"}, headers=once).content == first.content
    must_be_problem(client.post(f"/insights/{id}/reinforce", json={"source": "other"}, headers=once), 409)
    must_be_problem(client.patch(f"/insights/{id}", json={"type": "habit"}, headers=once), 409)
    gone = {"Idempotency-Key": "gone"}
    assert [client.request("DELETE", f"/insights/{id}", headers=gone).status_code for _ in range(2)] == [204, 204]
    must_be_problem(client.post(f"/insights/{id}/reinforce", json={"source": "crm"}, headers=once), 404)


def test_a_client_that_is_cut_off_finds_its_run_again(served: Served, client: httpx2.Client, sqlite_url: str) -> None:
    key = client.headers["authorization"].removeprefix("Bearer ")
    place, dice = urlsplit(served.url), random.Random(5)
    assert place.hostname
    assert place.port
    for n in range(40):
        message = raw(key, f"cut {n}")
        with socket.create_connection((place.hostname, place.port)) as there:
            there.sendall(message[: dice.randint(len(message) // 2, len(message))])
            time.sleep(dice.random() * 0.01)
    for n in range(40):
        header = {"Idempotency-Key": f"cut {n}"}
        answers = [client.post("/compounding/trigger", content=b'{"job_type": "metrics"}', headers=header) for _ in range(2)]
        assert answers[0].status_code == 202
        assert answers[0].content == answers[1].content
    assert triggered(client) == 40


@pytest.mark.parametrize("kills", [pytest.param(2, id="short"), pytest.param(60, id="long", marks=pytest.mark.slow)])
def test_a_server_that_is_killed_in_between_has_accepted_once_or_not_at_all(database_url: str, kills: int) -> None:
    key, dice, ids = keyed(database_url), random.Random(7), Counter[str]()
    for n in range(kills):
        process = start("serve", "--no-worker", "--port", "0", "--database", database_url)
        place = urlsplit(ready_url(process))
        assert place.hostname
        assert place.port
        burst = [socket.create_connection((place.hostname, place.port)) for _ in range(6)]
        for m, there in enumerate(burst):
            with suppress(OSError):
                there.sendall(raw(key, f"kill {n} {m % 3}"))
        time.sleep(dice.random() * 0.03)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for there in burst:
            with suppress(OSError, IndexError):
                told = there.recv(65_536)
                if told.startswith(b"HTTP/1.1 202"):
                    ids[told.split(b'"job_run_id":"')[1].split(b'"')[0].decode()] += 1
            there.close()
    with serving(database_url, "--no-worker") as served, client_of(served.url, key) as client:
        for n in range(kills):
            for m in range(3):
                header = {"Idempotency-Key": f"kill {n} {m}"}
                replays = [client.post("/compounding/trigger", content=b'{"job_type": "metrics"}', headers=header) for _ in range(2)]
                assert replays[0].status_code == 202, replays[0].text
                assert replays[0].content == replays[1].content
        stored = [run["job_run_id"] for run in client.get("/compounding/jobs?limit=100").json()["data"]]
        assert len(stored) == min(100, 3 * kills)
        if 3 * kills <= 100:
            assert set(ids) <= set(stored), "an accepted run was lost"
