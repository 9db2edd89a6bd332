"""Say after an error what to do next, in commands."""

from collections.abc import Mapping
from typing import Final

from compoundry.client.errors import ClientError, Refused
from compoundry.errors import CompoundryError, Forbidden, NotFound

_LISTED: Final[Mapping[str, str]] = {
    "artifact": "compoundry tell makes one",
    "candidate": "list them with: compoundry candidates",
    "delivery": "list them with: compoundry webhook deliveries",
    "insight": "list them with: compoundry insights",
    "job run": "list them with: compoundry runs",
    "pattern": "list them with: compoundry patterns",
    "playbook": "list them with: compoundry playbooks",
    "rule": "list them with: compoundry rules",
    "source": "list them with: compoundry sources",
    "webhook": "list them with: compoundry webhook list",
}
_SHOWN = 10


def said(error: ClientError | CompoundryError) -> str:
    """Return the message of an error with what to do next.

    >>> said(NotFound(kind="insight"))
    'no such insight; list them with: compoundry insights'
    """
    match error:
        case NotFound(kind=kind) if kind in _LISTED:
            return f"{error.message}; {_LISTED[kind]}"
        case Forbidden(lacks=scopes) if scopes:
            return f"{error.message}; make a key with: compoundry key create --scopes {scopes[0]}"
        case CompoundryError() | Refused() if isinstance(changed := error.details.get("changed"), list | tuple):
            return f"{error.message}\n{_named([str(one) for one in changed])}"
        case _:
            return error.message


def _named(changed: list[str]) -> str:
    more = f"\n  … and {len(changed) - _SHOWN} more; --json names them" if len(changed) > _SHOWN else ""
    return "Changed since, `compoundry why ID` tells how:\n" + "\n".join(f"  {id}" for id in changed[:_SHOWN]) + more
