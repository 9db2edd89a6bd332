"""End with a code that scripts can rely on.

| code | meaning |
|---|---|
| 0 | done; for a run that was waited for: completed |
| 1 | the run failed, or `doctor` found a problem |
| 2 | the command or its input can't be understood |
| 3 | no valid key, or a key that lacks a scope |
| 4 | no such thing |
| 5 | it has changed meanwhile, or was done before |
| 6 | the server or the database can't be reached, or is too busy |
| 7 | the run has not ended in the time given; it goes on |
| 70 | something broke inside |
| 130 | interrupted (Ctrl-C) |
"""

from compoundry.client.errors import ClientError, Misused, Refused, RunFailed, TimedOut, Unreachable
from compoundry.errors import CompoundryError

DONE, RUN_FAILED, INVALID, NOT_ALLOWED, NOT_FOUND, CONFLICT, UNREACHABLE, TIMED_OUT, BROKEN, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 7, 70, 130

_BY_STATUS = {
    400: INVALID,
    401: NOT_ALLOWED,
    403: NOT_ALLOWED,
    404: NOT_FOUND,
    409: CONFLICT,
    413: INVALID,
    429: UNREACHABLE,
    503: UNREACHABLE,
}


def code(error: Exception) -> int:
    """Return the exit code of an error.

    >>> from compoundry.errors import NotFound
    >>> code(NotFound("no such run"))
    4
    """
    match error:
        case RunFailed():
            return RUN_FAILED
        case TimedOut():
            return TIMED_OUT
        case Misused():
            return INVALID
        case Unreachable():
            return UNREACHABLE
        case Refused() if error.status in (502, 504):
            return UNREACHABLE
        case CompoundryError() | Refused():
            return _BY_STATUS.get(error.status, BROKEN)
        case _:
            return BROKEN


def body(error: ClientError | CompoundryError) -> dict[str, object]:
    """Shape an error as the API does, with the exit code."""
    status = error.status if isinstance(error, CompoundryError | Refused) else 0
    details = error.details if isinstance(error, CompoundryError | Refused) else {}
    return {"code": status, "message": error.message, "exit": code(error), **({"details": dict(details)} if details else {})}
