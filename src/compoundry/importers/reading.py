"""Find out what a file is, and read it record by record."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from compoundry.errors import Invalid
from compoundry.importers import documents, graphiti, hindsight, langgraph, letta, mem0, own, rules, tables
from compoundry.importers.documents import Buffer, Found
from compoundry.importers.kinds import Bad, Format, Item, Names, Record

FORMATS: Final[Mapping[str, Format]] = {f.NAME: f for f in (own, mem0, hindsight, letta, langgraph, graphiti)}
"""What records can be, in the order of the help."""

NAMES: Final = (*FORMATS, rules.NAME)
_TRIED: Final[tuple[Format, ...]] = (langgraph, graphiti, mem0, letta, hindsight, own)
_LOOKED_AT = 50
_NODES: Final = frozenset(("nodes", "entities", "entity_nodes"))


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what a file is, and what is in it."""

    format: str
    items: Iterator[Item]


def read(raw: Buffer, path: Path, *, format: str | None = None, renamed: Mapping[str, str] | None = None) -> Reading:
    """Read a file; `renamed` gives their names of columns ours.

    Raises Invalid when nobody can tell what the file is, MissingExtra for Parquet without pyarrow.
    """
    if format not in (None, *NAMES):
        raise Invalid(f"--from must be one of {', '.join(NAMES)}, not {format!r}")
    if bytes(raw[:2]) in (b"\xff\xfe", b"\xfe\xff"):
        raise Invalid(f"{path.name} is UTF-16; save it as UTF-8")
    if format == rules.NAME or (format is None and not renamed and rules.named_like_one(path.name)):
        return Reading(rules.NAME, rules.items(bytes(raw), path.name))
    given = (_renamed(one, renamed or {}) for one in _found(raw, path))
    head = list(islice(given, _LOOKED_AT))
    chosen = FORMATS[format] if format else _detected(head, path)
    names = _names(raw, path) if chosen is graphiti else {}
    return Reading(chosen.NAME, _items(chain(head, given), chosen, names))


def _found(raw: Buffer, path: Path) -> Iterator[Found]:
    if bytes(raw[:4]) == b"PAR1":
        return tables.parquet_rows(path)
    if path.suffix.lower() in (".csv", ".tsv"):
        return tables.csv_rows(raw)
    return documents.found(raw)


def _renamed(one: Found, renamed: Mapping[str, str]) -> Found:
    if isinstance(one.record, Bad) or not renamed:
        return one
    return Found(one.number, one.end, one.within, {renamed.get(name, name): value for name, value in one.record.items()})


def _detected(head: Iterable[Found], path: Path) -> Format:
    """Choose the format that most of the first records fit."""
    records = [one.record for one in head if not isinstance(one.record, Bad)]
    if not records:
        return own
    fitting = {f.NAME: sum(f.fits(record) for record in records) for f in _TRIED}
    best = max(_TRIED, key=lambda f: fitting[f.NAME])
    if fitting[best.NAME] or any("content" in record for record in records):
        return best if fitting[best.NAME] else own
    fields = ", ".join(sorted(records[0])[:8]) or "none"
    raise Invalid(
        f"can't tell what {path.name} is: its records have the fields {fields}; "
        f"say --from {', '.join(NAMES)}, or which column is the content: --map {min(records[0], default='theirs')}=content"
    )


def _names(raw: Buffer, path: Path) -> Names:
    """Collect what a file says about ids, wherever it stands in it."""
    nodes = (one.record for one in _found(raw, path) if not isinstance(one.record, Bad) and _names_one(one.within, one.record))
    return {str(node.get("uuid") or node.get("uuid_")): node for node in nodes}


def _names_one(within: str, record: Record) -> bool:
    return "fact" not in record and "name" in record and (within in _NODES or "labels" in record)


def _items(found: Iterable[Found], chosen: Format, names: Names) -> Iterator[Item]:
    for one in found:
        what = one.record if isinstance(one.record, Bad) else chosen.take(one.record, names)
        yield Item(one.number, one.end, what)
