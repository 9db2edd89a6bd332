"""Talk to a Compoundry server, or to any that speaks the same API, from Python.

from compoundry.client import Client
with Client("http://127.0.0.1:8787", api_key) as client:
    run = client.trigger("consolidation", dry_run=True).wait(timeout=60)
    for change in client.changes(run.id):
        print(change.why.text)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compoundry.client.asynchronous import AsyncClient, AsyncLiveRun
    from compoundry.client.errors import (
        ClientError,
        Conflict,
        Invalid,
        NotAllowed,
        NotFound,
        RateLimited,
        Refused,
        RunFailed,
        ServerBroken,
        TimedOut,
        TooLarge,
        Unreachable,
    )
    from compoundry.client.nouns import Candidate, Change, Disposition, Insight, Learned, Pattern, Progress, Rule, Run, Snapshot, Story
    from compoundry.client.retries import Retries
    from compoundry.client.sync import Client, LiveRun

_PLACES = {
    "sync": ("Client", "LiveRun"),
    "asynchronous": ("AsyncClient", "AsyncLiveRun"),
    "retries": ("Retries",),
    "errors": (
        *("ClientError", "Conflict", "Invalid", "Misused", "NotAllowed", "NotFound", "RateLimited", "Refused"),
        *("RunFailed", "ServerBroken", "TimedOut", "TooLarge", "Unreachable"),
    ),
    "nouns": (
        *("Candidate", "Change", "Disposition", "Insight", "Learned", "Pattern"),
        *("Progress", "Rule", "Run", "Snapshot", "Story"),
    ),
}
_PLACE = {name: place for place, names in _PLACES.items() for name in names}

__all__ = [
    "AsyncClient",
    "AsyncLiveRun",
    "Candidate",
    "Change",
    "Client",
    "ClientError",
    "Conflict",
    "Disposition",
    "Insight",
    "Invalid",
    "Learned",
    "LiveRun",
    "Misused",
    "NotAllowed",
    "NotFound",
    "Pattern",
    "Progress",
    "RateLimited",
    "Refused",
    "Retries",
    "Rule",
    "Run",
    "RunFailed",
    "ServerBroken",
    "Snapshot",
    "Story",
    "TimedOut",
    "TooLarge",
    "Unreachable",
]


def __getattr__(name: str) -> Any:
    """Load a part when it is first used: httpx takes 0.1 s to import, and the command line needs only the nouns for --help."""
    if name not in _PLACE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACE[name]}"), name)
