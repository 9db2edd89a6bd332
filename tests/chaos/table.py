"""Keep the table of docs/reliability.md: a row that was measured again is replaced, the others stay as they were."""

import re
from collections.abc import Mapping
from datetime import date

Place = tuple[str, str]  # fault, database

FAULTS = (
    "kill -9 of a worker at a random moment",
    "death at the n-th statement of a run, for every n",
    "SIGSTOP past the lease, then SIGCONT",
    "SIGTERM while a plan is made",
    "host gone for ever",
    "PostgreSQL crashes and is restarted",
    "PostgreSQL cuts every connection",
    "PostgreSQL takes no writes for 5 s",
    "power cut: what was not synced is forgotten",
    "disk full while a run applies, then space again",
    "the clock of one worker jumps by an hour",
    "8 processes start at once on an empty database",
)
_HEAD = """# Reliability

Measured by `make chaos` with real processes, real signals and real databases: one suite in `tests/chaos` for each row, with the
exact conditions. A suite that finds one run lost, one change twice or one run stuck fails and writes no row. A row that wasn't run
again keeps its date. CI runs the short form of each, `make chaos SHORT=1`.

| fault | database | times | what was seen | on |
|---|---|---|---|---|
"""
_ROW = re.compile(r"\| (.+?) \| (.+?) \| (.+?) \| (.+?) \| (\d{4}-\d\d-\d\d) \|")


def rows(page: str) -> dict[Place, str]:
    """Read the rows of the page, by fault and database."""
    return {(found[1], found[2]): line for line in page.splitlines() if (found := _ROW.fullmatch(line))}


def row(fault: str, database: str, times: int, seen: str, on: date) -> dict[Place, str]:
    """Write one row; an unknown fault is a KeyError, so that the page can't grow by a slip."""
    if fault not in FAULTS:
        raise KeyError(fault)
    return {(fault, database): f"| {fault} | {database} | {times:,} | {seen} | {on} |"}


def page(known: Mapping[Place, str]) -> str:
    """Write the page, in the order of the faults."""
    ordered = sorted(known, key=lambda place: (FAULTS.index(place[0]), place[1]))
    return _HEAD + "".join(f"{known[place]}\n" for place in ordered)
