"""A stream that is cut again and again, while many write, misses nothing and tells nothing twice or out of order."""

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx2
import pytest

from compoundry.app import assemble
from compoundry.client.streaming import Event, Reader
from compoundry.service import access, insights
from compoundry.service.intake import read
from compoundry.settings import Settings
from compoundry.store import announcing
from compoundry.store import insights as stored
from compoundry.store.database import clock
from compoundry.store.events import cursor
from tests.server import BASE, Served, new_key, serving

WRITERS = 4
STREAM = f"{BASE}/insights/stream"


@pytest.fixture
def served(database_url: str) -> Iterator[tuple[Served, str, str]]:
    """Give a server without a worker, a key, and the database."""
    key = new_key(database_url)
    with serving(database_url, "--no-worker") as running:
        yield running, key, database_url


@contextmanager
def connected(served: Served, key: str, last: str) -> Iterator[socket.socket]:
    """Open a stream on a socket of its own."""
    place = urlsplit(served.url)
    resumed = f"Last-Event-ID: {last}\r\n" if last else ""
    with socket.create_connection((place.hostname, place.port), timeout=20) as opened:
        opened.sendall(f"GET {STREAM} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n{resumed}\r\n".encode())
        yield opened


def heard_until_cut(served: Served, key: str, last: str, *, most_bytes: int, patience_s: float) -> list[Event]:
    """Read so many bytes, or as long as something comes, and cut the connection wherever that is."""
    reader, found, left, rest = Reader(last_id=last), [], most_bytes, b""
    with connected(served, key, last) as opened:
        opened.settimeout(patience_s)
        while left > 0:
            try:
                came = opened.recv(min(left, 1_024))
            except TimeoutError:
                break
            if not came:
                break
            left -= len(came)
            *lines, rest = (rest + came).split(b"\n")
            found += [event for line in lines if (event := reader.take(line.decode().rstrip("\r")))]
    return found


def write(url: str, each: int) -> list[str]:
    """Write from a process of its own to the database, half of it in transactions that stay open for a while."""
    parts = assemble(Settings(encoder="hashed"), url)
    (workspace,) = access.list_workspaces(parts.app)
    caller, ids = access.operator(workspace.id), list[str]()
    for n in range(each):
        if n % 2:
            ids += [one.id for one in insights.learn(parts.app, caller, [read({"content": f"Fact {n}."})])]
            continue
        with parts.app.database.write() as connection:
            now = clock(connection)
            learned = stored.learn(connection, workspace.id, [(parts.app.new_id(), read({"content": f"Fact {n}."}).draft("x", now))], now)
            announcing.learned(connection, workspace.id, [one.id for one in learned], now)
            time.sleep(random.random() * 0.03)
        ids += [one.id for one in learned]
    parts.close()
    return ids


@pytest.mark.parametrize(("cuts", "each"), [(15, 12), pytest.param(200, 120, marks=pytest.mark.slow)])
def test_a_stream_that_is_cut_misses_nothing(served: tuple[Served, str, str], cuts: int, each: int) -> None:
    running, key, url = served
    written: list[str] = []
    threads = [threading.Thread(target=lambda: written.extend(write(url, each))) for _ in range(WRITERS)]
    chance, told = random.Random(7), list[Event]()
    last = "0-0"
    for thread in threads:
        thread.start()
    done, until = 0, time.monotonic() + 240
    while time.monotonic() < until:
        over = done >= cuts and not any(thread.is_alive() for thread in threads)
        came = heard_until_cut(running, key, last, most_bytes=10**9 if over else chance.randint(150, 4_000), patience_s=2 if over else 0.5)
        told += came
        last = told[-1].id if told else last
        done += 1
        if over:
            break
    for thread in threads:
        thread.join()
    named = [insight["id"] for event in told for insight in event.data["insights"]]
    assert {event.type for event in told} == {"insight.batch.created"}
    assert sorted(named) == sorted(written), "nothing is missed and nothing comes twice"
    places = [cursor(event.id) for event in told]
    assert places == sorted(places)
    print(f"{done} cuts, {len(written)} insights of {WRITERS} writers: 0 missed, 0 twice, 0 out of order")


def test_idle_streams_hear_and_hinder_nobody(served: tuple[Served, str, str]) -> None:
    running, key, _ = served
    heard = list[str]()

    def listen() -> None:
        with httpx2.Client(base_url=running.url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
            reader = Reader()
            with client.stream("GET", STREAM) as stream:
                ready.release()
                for line in stream.iter_lines():
                    if event := reader.take(line):
                        heard.append(event.data["insights"][0]["content"])
                        return

    ready = threading.Semaphore(0)
    listeners = [threading.Thread(target=listen) for _ in range(20)]
    for listener in listeners:
        listener.start()
    for _ in listeners:
        assert ready.acquire(timeout=20)
    with running.client(key) as client:
        for _ in range(50):
            assert client.get("/compounding/jobs").status_code == 200
        client.post("/insights", json={"content": "Dana leads sales."})
    for listener in listeners:
        listener.join(timeout=20)
    assert heard == ["Dana leads sales."] * 20


def test_a_server_with_open_streams_stops_soon(served: tuple[Served, str, str]) -> None:
    running, key, _ = served
    with connected(running, key, "0-0") as one, connected(running, key, "") as other:
        assert one.recv(64).startswith(b"HTTP/1.1 200")
        assert other.recv(64).startswith(b"HTTP/1.1 200")
        running.process.terminate()
        running.process.wait(timeout=10)
    assert running.process.returncode == 0
