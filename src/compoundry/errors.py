"""Say what went wrong and what to do next.

CompoundryError
├── Invalid            400  the request can't be understood
├── Unauthenticated    401  no key, or one that isn't valid
├── Forbidden          403  a valid key that lacks a scope
├── NotFound           404  no such thing in this workspace
├── Conflict           409  the thing has changed since it was read
│   ├── Stale          409  a stored plan no longer fits what it read
│   └── Twin           409  the same was stored at the same moment
├── TooLarge           413  the body is over the limit
├── RateLimited        429  too many requests
├── Unavailable        503  the database or another part can't be reached
├── MissingExtra       500  an optional part isn't installed
└── RunFailed          500  a run can't go on
    ├── PlanBroken          a plan that doesn't add up, never applied
    ├── TooMuch             a plan that breaks a limit of the workspace
    ├── GivenUp             a run that was tried too often
    ├── Hidden              a plan that needs to see more, made anew at once
    ├── Cancelled           somebody asked the run to stop
    ├── HandedBack          the worker stops, another one takes the run
    └── LostRun             another worker holds the run now
"""

from collections.abc import Mapping
from typing import ClassVar


class CompoundryError(Exception):
    """Carry one sentence for people, and the HTTP status for machines."""

    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})

    @property
    def type(self) -> str:
        """Name the error the way the wire spells it: `plan_broken`, `not_found`."""
        name = type(self).__name__
        return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class Invalid(CompoundryError):
    status = 400


class Unauthenticated(CompoundryError):
    status = 401


class Forbidden(CompoundryError):
    """Refuse a caller that has none of the scopes in `lacks`; each face says in its own words where to get one."""

    status = 403

    def __init__(self, message: str, *, lacks: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.lacks = lacks


class NotFound(CompoundryError):
    """Miss a thing of a kind; each face says in its own words how to list those that there are."""

    status = 404

    def __init__(self, message: str = "", *, kind: str = "") -> None:
        super().__init__(message or f"no such {kind}")
        self.kind = kind


class Conflict(CompoundryError):
    status = 409


class Stale(Conflict):
    retryable = True


class Twin(Conflict):
    retryable = True


class TooLarge(CompoundryError):
    status = 413


class RateLimited(CompoundryError):
    status = 429


class Unavailable(CompoundryError):
    status = 503
    retryable = True


class MissingExtra(CompoundryError):
    pass


class RunFailed(CompoundryError):
    pass


class PlanBroken(RunFailed):
    pass


class TooMuch(RunFailed):
    pass


class GivenUp(RunFailed):
    pass


class Hidden(RunFailed):
    """Name in `blocks` the entities whose insights a job needs to see."""

    def __init__(self, blocks: frozenset[str]) -> None:
        super().__init__(f"the plan leads to {len(blocks)} entities whose insights weren't shown")
        self.blocks = blocks


class Cancelled(RunFailed):
    pass


class HandedBack(RunFailed):
    pass


class LostRun(RunFailed):
    pass
