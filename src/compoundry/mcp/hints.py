"""Say after an error what to do next, in tools."""

from collections.abc import Mapping
from typing import Final

from compoundry.errors import CompoundryError, Forbidden, NotFound

_LISTED: Final[Mapping[str, str]] = {
    "candidate": "review_queue lists them",
    "insight": "recall finds them",
    "job run": "run_status without an id lists them",
    "pattern": "patterns lists them",
    "rule": "playbook lists them",
}


def said(error: CompoundryError) -> str:
    """Return the message of an error with what an agent can do next.

    >>> said(NotFound(kind="job run"))
    'no such job run; run_status without an id lists them'
    """
    match error:
        case NotFound(kind=kind) if kind in _LISTED:
            return f"{error.message}; {_LISTED[kind]}"
        case Forbidden(lacks=scopes) if scopes:
            return f"{error.message}: this agent may only read; `compoundry mcp --write`, or a key with that scope over HTTP, allows more"
        case _:
            return error.message
