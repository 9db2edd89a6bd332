"""Look ahead, and at what stands behind what is believed."""

from datetime import datetime

from compoundry.client.calls.call import PAGE, PATH, Call, each, present, spelled
from compoundry.client.calls.insights import _insight
from compoundry.client.nouns import Body, Snapshot


def forecast(id: str, *, below: float | None, days: float | None) -> Call[Body]:
    """Ask how an insight will fade."""
    return Call("GET", f"{_insight(id)}/forecast", dict, query=present({"below": below, "days": days}))


def half_lives() -> Call[Body]:
    """Ask how long what is known holds."""
    return Call("GET", f"{PATH}/half-lives", dict)


def sources() -> Call[tuple[Body, ...]]:
    """Ask who said how much."""
    return Call("GET", f"{PATH}/sources", lambda body: each(dict, body["data"]))


def trust(source: str, value: float) -> Call[Body]:
    """Set how far a source is trusted."""
    return Call("PUT", f"{PATH}/sources", dict, body={"source": source, "trust": float(value)})


def blast_radius(source: str) -> Call[Body]:
    """Ask what rests on a source."""
    return Call("GET", f"{PATH}/sources/blast-radius", dict, query={"source": source})


def metrics(*, limit: int = PAGE, since: datetime | str | None = None, until: datetime | str | None = None) -> Call[tuple[Snapshot, ...]]:
    """Ask for snapshots, oldest first."""
    query = {"limit": limit, "from": spelled(since), "to": spelled(until)}
    return Call("GET", f"{PATH}/compounding/metrics", lambda body: each(Snapshot.read, body["data"]), query=present(query))
