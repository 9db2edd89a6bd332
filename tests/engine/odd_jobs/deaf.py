"""Plan for as long as the policy says, and soon listen to nobody any more."""

import time
from dataclasses import dataclass
from datetime import datetime

from compoundry.job import Archive, Disposition, Plan, View
from compoundry.model import Reason

ORDER = 61
SETTLE_S = 0.0
VECTORS = False
LISTENING_S = 0.6


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold how long planning takes."""

    seconds: float = 30.0


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Archive everything, at length."""
    until = time.monotonic() + min(policy.seconds, LISTENING_S)
    while time.monotonic() < until:
        view.tick(0, 0)
        time.sleep(0.005)
    time.sleep(max(0.0, policy.seconds - LISTENING_S))
    dispositions = tuple(Disposition(i.id, i.version, "archived") for i in view.insights)
    return Plan(dispositions, tuple(Archive(i.id, Reason("all", "everything goes")) for i in view.insights))
