"""Look at every insight for as long as the policy says, and listen all the while."""

import time
from dataclasses import dataclass
from datetime import datetime

from compoundry.job import Archive, Disposition, Plan, View
from compoundry.model import Reason

ORDER = 60
SETTLE_S = 0.0
VECTORS = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold how long planning takes."""

    seconds: float = 30.0


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Archive everything, at length."""
    until, ticks = time.monotonic() + policy.seconds, 0
    while time.monotonic() < until:
        view.tick(ticks := ticks + 1, 0)
        time.sleep(0.005)
    dispositions = tuple(Disposition(i.id, i.version, "archived") for i in view.insights)
    return Plan(dispositions, tuple(Archive(i.id, Reason("all", "everything goes")) for i in view.insights))
