"""The async client does what its twin does, and lets others work meanwhile."""

import asyncio

import pytest

from compoundry.client import AsyncClient, Conflict, NotFound, Progress
from tests.client.conftest import LINES, There


def test_a_run_is_triggered_followed_and_reverted(there: There, key: str) -> None:
    asyncio.run(_story(there.url, key))


async def _story(url: str, key: str) -> None:
    heard: list[Progress] = []
    async with AsyncClient(url, key) as client:
        assert (await client.insights.add_all(LINES)).new == 3
        dry = await client.trigger("consolidation", dry_run=True)
        preview = await dry.wait(timeout=30, on_progress=heard.append)
        assert preview.insights_affected > 0
        assert [change.change async for change in dry.changes()]
        applied = await (await dry.apply()).wait(timeout=30)
        assert applied.insights_affected == preview.insights_affected
        assert (await (await client.revert(applied.id)).wait(timeout=30)).status == "completed"
        with pytest.raises(Conflict):
            await client.revert(applied.id)
        with pytest.raises(NotFound):
            await client.insights.get("nothing")
        assert len(await client.insights.list()) == 3
        assert [run.act async for run in client.runs()] == ["revert", "apply", "run"]


def test_many_runs_are_followed_at_once(there: There, key: str) -> None:
    async def follow() -> list[str]:
        async with AsyncClient(there.url, key) as client:
            runs = await asyncio.gather(*(client.trigger("metrics", dry_run=True) for _ in range(20)))
            return [run.status for run in await asyncio.gather(*(run.wait(timeout=60) for run in runs))]

    assert asyncio.run(follow()) == ["completed"] * 20
