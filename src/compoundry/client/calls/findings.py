"""Read patterns, and decide what jobs only propose."""

from datetime import datetime

from compoundry.client.calls.call import PAGE, PATH, Call, Given, Page, listed, present, quoted, spelled
from compoundry.client.nouns import Body, Candidate, Pattern


def candidates(*, limit: int = PAGE, status: str = "open", kind: str | None = None) -> Call[Page[Candidate]]:
    """Ask what waits for a person."""
    return listed(f"{PATH}/candidates", Candidate.read, {"limit": limit, "status": status, "kind": kind})


def candidate(id: str) -> Call[Candidate]:
    """Ask for one candidate."""
    return Call("GET", f"{PATH}/candidates/{quoted(id)}", Candidate.read)


def decide(id: str, verb: str, values: Given, *, version: int | None) -> Call[Candidate]:
    """Accept or reject a candidate."""
    return Call("POST", f"{PATH}/candidates/{quoted(id)}/{verb}", Candidate.read, body=present(values), if_match=version)


def accept_many(kind: str, *, at_least: float, most: int, note: str) -> Call[Body]:
    """Accept candidates of a kind from a score on."""
    body = {"kind": kind, "at_least": float(at_least), "most": most, "note": note}
    return Call("POST", f"{PATH}/candidates/accept", dict, body=body)


def patterns(*, limit: int = PAGE, as_of: datetime | str | None = None, **filters: str | None) -> Call[Page[Pattern]]:
    """Ask what recurs."""
    return listed(f"{PATH}/patterns", Pattern.read, {"limit": limit, "as_of": spelled(as_of), **filters})


def why_pattern(id: str) -> Call[Body]:
    """Ask what a pattern stands on."""
    return Call("GET", f"{PATH}/patterns/{quoted(id)}/why", dict)


def rename(pattern: str, label: str) -> Call[Pattern]:
    """Give a pattern better words."""
    return Call("PATCH", f"{PATH}/patterns/{quoted(pattern)}", Pattern.read, body={"label": label})
