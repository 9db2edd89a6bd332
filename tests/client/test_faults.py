"""Through a network that fails, every run is followed to its end and none is started twice."""

import os
from concurrent.futures import ThreadPoolExecutor

from compoundry.client import Client, Retries
from tests.client.conftest import There
from tests.client.proxy import faulty

TIMES = int(os.environ.get("COMPOUNDRY_TEST_FAULTS", "60"))
HASTY = Retries(most=12, first_s=0.02, longest_s=0.2)


def test_waiting_through_a_faulty_proxy_is_right_every_time_and_triggers_nothing_twice(there: There, key: str) -> None:
    with faulty(there.url, share=0.3, seed=7) as url:

        def once(number: int) -> tuple[str, str]:
            with Client(url, key, retries=HASTY) as client:
                run = client.trigger("metrics", dry_run=True).wait(timeout=120)
                return run.id, run.status

        with ThreadPoolExecutor(4) as pool:
            ended = list(pool.map(once, range(TIMES)))
    assert [status for _, status in ended] == ["completed"] * TIMES
    with Client(there.url, key) as client:
        assert sorted(run.id for run in client.runs()) == sorted(id for id, _ in ended)


def test_insights_sent_through_a_faulty_proxy_arrive_once(there: There, key: str) -> None:
    with faulty(there.url, share=0.4, seed=11) as url, Client(url, key, retries=HASTY) as client:
        ids = [client.insights.add(f"fact {number}") for number in range(30)]
    with Client(there.url, key) as client:
        assert sorted(i.id for i in client.insights.list(limit=100)) == sorted(ids)
