"""Say what went wrong between the client and the server, one class per kind.

ClientError
├── Refused             the server answered with an error; `status`, `message`, `details`, `request_id`
│   ├── Invalid         400  the request can't be understood
│   ├── NotAllowed      401, 403  no valid key, or one that lacks a scope
│   ├── NotFound        404  no such thing in the key's workspace
│   ├── Conflict        409  it has changed since it was read
│   ├── TooLarge        413  send less at once
│   ├── RateLimited     429  too many requests; `retry_after_s`
│   └── ServerBroken    5xx, and answers that are no JSON
├── Misused             the client was given something that can't work, such as an address that is none
├── Unreachable         no connection, or no answer in time
├── TimedOut            a run has not ended within the time that `wait` was given; it goes on
└── RunFailed           a run ended as failed; `run` has the error_details
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compoundry.client.nouns import Run


class ClientError(Exception):
    """Carry one sentence that says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(ClientError):
    """Carry the server's answer."""

    def __init__(self, status: int, message: str, *, body: Mapping[str, Any] | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status, self.body, self.retry_after_s = status, dict(body or {}), retry_after_s

    @property
    def details(self) -> Mapping[str, Any]:
        """Return what more the server said."""
        found = self.body.get("details")
        return found if isinstance(found, dict) else {}

    @property
    def request_id(self) -> str:
        """Return the id under which the server's log knows this request."""
        return str(self.body.get("request_id", ""))


class Invalid(Refused):
    pass


class NotAllowed(Refused):
    pass


class NotFound(Refused):
    pass


class Conflict(Refused):
    pass


class TooLarge(Refused):
    pass


class RateLimited(Refused):
    pass


class ServerBroken(Refused):
    pass


class Misused(ClientError):
    pass


class Unreachable(ClientError):
    pass


class TimedOut(ClientError):
    def __init__(self, message: str, run: "Run") -> None:
        super().__init__(message)
        self.run = run


class RunFailed(ClientError):
    def __init__(self, run: "Run") -> None:
        super().__init__(f"{run.job_type} run {run.id} failed: {run.error_details.get('message', 'no reason given')}")
        self.run = run


_KINDS: Mapping[int, type[Refused]] = {
    400: Invalid,
    401: NotAllowed,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    429: RateLimited,
}


def refused(status: int, message: str, *, body: Mapping[str, Any] | None = None, retry_after_s: float | None = None) -> Refused:
    """Return the error of this HTTP status."""
    kind = _KINDS.get(status, ServerBroken if status >= 500 else Refused)
    return kind(status, message, body=body, retry_after_s=retry_after_s)
