"""The page on reliability holds a row for every fault, and a row that wasn't measured again stays as it was."""

from datetime import date
from pathlib import Path

import pytest

from tests.chaos import table

PAGE = Path(__file__).parent.parent.parent / "docs" / "reliability.md"


def test_a_row_takes_the_place_of_the_one_before_and_no_other() -> None:
    first, second, *_ = table.FAULTS
    before = table.row(second, "sqlite", 1_000, "old", date(2026, 1, 1)) | table.row(first, "postgresql", 5, "kept", date(2026, 1, 1))
    after = table.rows(table.page({**table.rows(table.page(before)), **table.row(second, "sqlite", 7, "new", date(2026, 2, 2))}))
    assert after == before | table.row(second, "sqlite", 7, "new", date(2026, 2, 2))
    assert list(after) == [(first, "postgresql"), (second, "sqlite")]


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(KeyError):
        table.row("bad luck", "sqlite", 1, "", date(2026, 1, 1))


def test_the_page_tells_of_every_fault() -> None:
    told = {fault for fault, _ in table.rows(PAGE.read_text())}
    assert told == set(table.FAULTS)
