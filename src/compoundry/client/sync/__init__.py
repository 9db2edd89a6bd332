"""Talk to a server, and wait for each answer."""

from compoundry.client.sync.client import Client
from compoundry.client.sync.groups import Candidates, Insights
from compoundry.client.sync.live import LiveRun

__all__ = ["Candidates", "Client", "Insights", "LiveRun"]
