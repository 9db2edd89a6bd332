"""Read our own lines: content, type, entities, confidence, created_at, id, source, evidence; other fields become metadata.

Tables have the same columns; entities are then names with semicolons between.
"""

from compoundry.importers.kinds import LeftOut, Names, Record, Taken, text

NAME = "lines"
KNOWN = frozenset(
    (
        *("content", "type", "entities", "confidence", "created_at", "observed_at"),
        *("id", "external_id", "source", "evidence", "pinned", "metadata"),
    )
)


def fits(record: Record) -> bool:
    """Tell whether a record is a line of ours."""
    return bool(text(record.get("content")))


def take(record: Record, names: Names) -> Taken | LeftOut:
    """Take a line as it is.

    >>> take({"content": "Dana left.", "entities": "Dana; Acme"}, {}).line["entities"]
    [{'name': 'Dana'}, {'name': 'Acme'}]
    """
    given = dict(record)
    about = given.get("entities")
    if isinstance(about, str):
        given["entities"] = [{"name": name.strip()} for name in about.split(";") if name.strip()]
    elif isinstance(about, list):
        given["entities"] = [{"name": one} if isinstance(one, str) else one for one in about]
    return Taken(given, tuple(name for name in record if name not in KNOWN))
