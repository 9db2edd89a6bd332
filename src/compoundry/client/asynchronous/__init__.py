"""Talk to a server, and let others work meanwhile; the twin of `sync`."""

from compoundry.client.asynchronous.client import AsyncClient
from compoundry.client.asynchronous.groups import AsyncCandidates, AsyncInsights
from compoundry.client.asynchronous.live import AsyncLiveRun

__all__ = ["AsyncCandidates", "AsyncClient", "AsyncInsights", "AsyncLiveRun"]
