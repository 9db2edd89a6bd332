"""A workspace is read whole and alone, wherever in a table its rows lie."""

from typing import Any

import pytest
from sqlalchemy import Connection, Select, select, text

from compoundry.app import Parts
from compoundry.model import Caller
from compoundry.store import scanning, tables
from compoundry.store.reading import active, columns
from compoundry.store.scanning import parts_of
from tests.made import learn, said


@pytest.mark.parametrize("order", ["aaaa", "bbaaaabb", "abbbbbba", "aabaab", "bbbb"])
def test_a_workspace_is_read_whole_and_alone(parts: Parts, caller: Caller, stranger: Caller, order: str) -> None:
    writers = {"a": caller, "b": stranger}
    for n, who in enumerate(order):
        learn(parts, writers[who], [said(f"{who} {n}", day=n)])
    for who, writer in writers.items():
        assert read(parts, writer) == {f"{one} {n}" for n, one in enumerate(order) if one == who}


def read(parts: Parts, reader: Caller) -> set[str]:
    insights = tables.insights
    with parts.app.database.read() as connection:
        here = parts_of(connection, insights, reader.workspace_id)
        return {content for mine in here for content in connection.scalars(select(insights.c.content).where(mine))}


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_part_reads_its_own_pages_only(parts: Parts, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "PAGES", 1)
    learn(parts, caller, [said(f"Server {n} stands in the cellar.", day=n) for n in range(200)])
    insights = tables.insights
    with parts.app.database.read() as connection:
        here = active(connection, caller.workspace_id)
        plans = ["\n".join(connection.scalars(text(f"EXPLAIN {spelled(connection, select(insights.c.id).where(mine))}"))) for mine in here]
        assert len(here) > 2
        assert all("Tid Range Scan" in plan for plan in plans), plans[0]
        assert sum(len(connection.scalars(select(insights.c.id).where(mine)).all()) for mine in here) == 200


def spelled(connection: Connection, query: Select[Any]) -> str:
    return str(query.compile(connection, compile_kwargs={"literal_binds": True}))


def test_columns_hold_what_was_learned_whatever_its_letters(parts: Parts, caller: Caller) -> None:
    sources = ["mail", "a\x1eb", "a\nb", "ümläut"]
    learned = learn(parts, caller, [said(f"Fact {n}.", day=n) | {"source": source} for n, source in enumerate(sources)])
    with parts.app.database.read() as connection:
        found = columns(connection, caller.workspace_id)
    told = dict(zip(found.ids, (found.source.names[code] for code in found.source.codes), strict=True))
    assert found.ids == sorted(one.id for one in learned)
    assert told == {one.id: source for one, source in zip(learned, sources, strict=True)}
