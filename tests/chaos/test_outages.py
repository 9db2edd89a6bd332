"""PostgreSQL crashes, cuts connections or takes no writes, again and again, while clients trigger: nothing acknowledged is lost."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx2
import pytest
from sqlalchemy import create_engine, make_url, text

from tests.chaos.conftest import Figures
from tests.engine.cluster import Cluster
from tests.server import new_key, serving, start

AWAY_S, READ_ONLY_S = 0.5, 5.0


def crash(cluster: Cluster) -> None:
    cluster.stop()
    time.sleep(AWAY_S)
    cluster.start()


def cut(cluster: Cluster) -> None:
    _say(
        cluster, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )


def refuse_writes(cluster: Cluster) -> None:
    for value, seconds in (("on", READ_ONLY_S), ("off", 0.0)):
        _say(cluster, f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        _say(cluster, "SELECT pg_reload_conf()")
        time.sleep(seconds)


def _say(cluster: Cluster, sentence: str) -> None:
    engine = create_engine(make_url(cluster.url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SET default_transaction_read_only = off"))
        connection.execute(text(sentence))
    engine.dispose()


FAULTS = {"crashes and is restarted": crash, "cuts every connection": cut, "takes no writes for 5 s": refuse_writes}
LONG = {"crashes and is restarted": 20, "cuts every connection": 20, "takes no writes for 5 s": 10}
LONG_TRIALS = [pytest.param(fault, times, id=f"{fault}-long", marks=pytest.mark.slow) for fault, times in LONG.items()]
TRIALS = [*(pytest.param(fault, 1, id=f"{fault}-short") for fault in FAULTS), *LONG_TRIALS]


@dataclass
class Clients:
    """Trigger without pause, and remember what was acknowledged and what else was answered."""

    client: httpx2.Client
    acknowledged: list[str] = field(default_factory=list)
    refused: list[httpx2.Response] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def trigger(self) -> None:
        while not self.over.wait(0.02):
            answer = self.client.post("/compounding/trigger", json={"job_type": "metrics"})
            if answer.status_code == 202:
                self.acknowledged.append(answer.json()["job_run_id"])
            else:
                self.refused.append(answer)


@pytest.mark.parametrize(("fault", "times"), TRIALS)
def test_an_outage_loses_nothing(cluster: Cluster, fault: str, times: int, figures: Figures) -> None:
    key = new_key(cluster.url, name=f"{fault} {times}")
    worker = start("worker", "--database", cluster.url, COMPOUNDRY_LEASE_S="2", COMPOUNDRY_ATTEMPTS="50")
    assert worker.stdout is not None
    assert worker.stdout.readline()
    with serving(cluster.url, "--no-worker") as served, served.client(key) as client:
        clients = Clients(client)
        thread = threading.Thread(target=clients.trigger)
        thread.start()
        _repeat(FAULTS[fault], cluster, times)
        clients.over.set()
        thread.join()
        ended = [client.get(f"/compounding/jobs/{id}?wait=60").json() for id in clients.acknowledged]
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    assert len(ended) > times
    assert {run["status"] for run in ended} == {"completed"}, [run for run in ended if run["status"] != "completed"][:3]
    assert all(answer.status_code == 503 and int(answer.headers["retry-after"]) > 0 for answer in clients.refused)
    assert clients.refused or fault == "cuts every connection", "nobody noticed"
    seen = f"{len(ended):,} acknowledged runs: 0 lost; {len(clients.refused):,} requests refused, all with 503 and Retry-After"
    figures(f"PostgreSQL {fault}", "postgresql", times, seen)


def _repeat(fault: Callable[[Cluster], None], cluster: Cluster, times: int) -> None:
    for _ in range(times):
        time.sleep(0.5)
        fault(cluster)
        time.sleep(0.5)
