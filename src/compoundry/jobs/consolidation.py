"""Merge what is surely the same fact, and ask about the rest."""

from datetime import datetime

import numpy as np

from compoundry.job import Plan, View
from compoundry.model import Reason
from compoundry.text.merging import judging
from compoundry.text.merging.asking import ask, withdraw
from compoundry.text.merging.auditing import audit
from compoundry.text.merging.grouping import Grouping
from compoundry.text.merging.ledger import Ledger
from compoundry.text.merging.lineup import Lineup
from compoundry.text.merging.pairing import Pairing
from compoundry.text.merging.policy import Policy as Policy
from compoundry.text.merging.precision import measured
from compoundry.text.merging.sharing import answer
from compoundry.text.merging.succession import reinforce, supersede

ORDER = 10
SETTLE_S = 0.0
VECTORS = True
TOUCHED = True

_PAUSED = Reason("merging_paused", "Merging is paused: people found too many merges wrong. What would be merged is asked about instead.")


def work_out(question: bytes) -> bytes:
    """Read and judge a share of the pairs, for another worker's plan."""
    return answer(question)


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Decide what is merged, superseded, reinforced and asked.

    Only insights that share an entity, or have none, are compared; groups are complete: every
    member is the same fact as every other one. Merging pauses where people found it wrong too often.
    The result depends on what is in the view, not on its order, and planning again on the outcome changes nothing.
    """
    lineup = Lineup(view)
    ledger = Ledger(lineup.insights)
    pairing = Pairing(lineup, policy, ledger)
    grouping = Grouping(lineup, pairing, ledger)
    precision = measured(view.candidates)
    paused = precision is not None and precision.below(policy.precision_target)
    fresh = np.array([view.compared.get(i.id) != i.version for i in lineup.insights], dtype=np.bool_)
    if not paused:
        grouping.merge_copies(fresh)
    while fresh.any():
        found = pairing.fresh(fresh, grouping.into)
        grown = set() if paused else grouping.merge(found)
        fresh = np.zeros(len(fresh), dtype=np.bool_)
        fresh[list(grown)] = True
    gone = grouping.into.keys() | pairing.failed
    standing = [pair for pair in pairing.all() if pair.i not in gone and pair.j not in gone]
    supersede(lineup, standing, ledger)
    reinforce(lineup, standing, ledger)
    ask(lineup, standing, ledger, policy, now=now)
    audit(lineup, ledger, share=policy.audit_share, now=now)
    withdraw(lineup, ledger)
    judging.note(lineup, ledger, budget=policy.judge_budget)
    if precision is not None:
        ledger.notes.append(precision.reason)
    if paused:
        ledger.notes.append(_PAUSED)
    return ledger.plan(view.rest)
