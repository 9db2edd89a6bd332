"""A workspace is read whole and alone, wherever in a table its rows lie."""

import pytest
from sqlalchemy import select

from compoundry.app import Parts
from compoundry.model import Caller
from compoundry.store import tables
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
