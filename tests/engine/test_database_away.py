"""While PostgreSQL is away the API says so, and when it is back everything goes on by itself."""

import time
from collections.abc import Callable, Iterator
from functools import partial

import httpx2
import pytest

from compoundry.settings import Settings
from tests.engine.cluster import Cluster, with_schema
from tests.server import new_key, serving, start


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Give a server with our schema."""
    with with_schema() as made:
        yield made


def test_requests_are_refused_for_a_while_and_runs_finish_afterwards(cluster: Cluster, settings: Settings) -> None:
    key = new_key(cluster.url)
    worker = start("worker", "--database", cluster.url, COMPOUNDRY_LEASE_S=str(settings.lease_s))
    assert worker.stdout is not None
    assert worker.stdout.readline()
    with serving(cluster.url, "--no-worker") as served, served.client(key) as client:
        ask = partial(client.post, "/compounding/trigger", json={"job_type": "metrics"})
        accepted = [ask() for _ in range(5)]
        cluster.stop()
        away = [ask(), client.get("/compounding/jobs"), httpx2.get(f"{served.url}/readyz"), httpx2.get(f"{served.url}/healthz")]
        time.sleep(1.0)  # long enough for a worker to look, and to find nobody
        cluster.start()
        back = _again(ask)
        ended = [_ended(client, answer.json()["job_run_id"]) for answer in [*accepted, back]]
    worker.terminate()
    assert worker.wait(timeout=12) == 0
    assert [a.status_code for a in accepted] == [202] * 5
    assert [a.status_code for a in away] == [503, 503, 503, 200]
    assert all(int(a.headers["retry-after"]) > 0 and a.json()["code"] == 503 for a in away[:3])
    assert {run["status"] for run in ended} == {"completed"}, ended


def _again(ask: Callable[[], httpx2.Response]) -> httpx2.Response:
    for _ in range(50):
        if (answer := ask()).status_code != 503:
            return answer
        time.sleep(0.1)
    return answer


def _ended(client: httpx2.Client, id: str) -> dict[str, object]:
    answer: dict[str, object] = client.get(f"/compounding/jobs/{id}?wait=20").json()
    return answer
