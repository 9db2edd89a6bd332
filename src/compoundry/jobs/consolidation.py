"""Merge what is surely the same fact, and ask about the rest."""

from datetime import datetime

import numpy as np

from compoundry.job import Plan, View
from compoundry.text.merging.asking import ask, withdraw
from compoundry.text.merging.grouping import Grouping
from compoundry.text.merging.ledger import Ledger
from compoundry.text.merging.lineup import Lineup
from compoundry.text.merging.pairing import Pairing
from compoundry.text.merging.policy import Policy as Policy
from compoundry.text.merging.succession import reinforce, supersede

ORDER = 10
SETTLE_S = 0.0
VECTORS = True


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Decide what is merged, superseded, reinforced and asked.

    Only insights that share an entity, or have none, are compared; groups are complete: every
    member is the same fact as every other one. The result depends on what is in the view, not on
    its order, and planning again on the outcome changes nothing.
    """
    lineup = Lineup(view)
    ledger = Ledger(lineup.insights)
    pairing = Pairing(lineup, policy, ledger)
    grouping = Grouping(lineup, pairing, ledger)
    fresh = np.array([view.compared.get(i.id) != i.version for i in lineup.insights], dtype=np.bool_)
    while fresh.any():
        grown = grouping.merge(pairing.fresh(fresh, grouping.into))
        fresh = np.zeros(len(fresh), dtype=np.bool_)
        fresh[list(grown)] = True
    gone = grouping.into.keys() | pairing.failed
    standing = [pair for pair in pairing.all() if pair.i not in gone and pair.j not in gone]
    supersede(lineup, standing, ledger)
    reinforce(lineup, standing, ledger)
    ask(lineup, standing, ledger, now=now)
    withdraw(lineup, ledger)
    return ledger.plan()
