"""Hold what a server sends: runs, changes, insights, candidates, patterns, rules, snapshots.

Every noun keeps the JSON that it was read from in `body`, so that fields of newer servers aren't lost;
fields that a server of part 1 alone doesn't send have defaults.
"""

from compoundry.client.nouns.findings import Candidate, Pattern, Rule, Snapshot
from compoundry.client.nouns.insights import Decision, Entity, Evidence, Insight, Learned, Story
from compoundry.client.nouns.runs import Change, Disposition, Edit, Progress, Run
from compoundry.client.nouns.spelling import Body, Reason

__all__ = [
    "Body",
    "Candidate",
    "Change",
    "Decision",
    "Disposition",
    "Edit",
    "Entity",
    "Evidence",
    "Insight",
    "Learned",
    "Pattern",
    "Progress",
    "Reason",
    "Rule",
    "Run",
    "Snapshot",
    "Story",
]
