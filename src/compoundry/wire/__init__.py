"""Shape the nouns as the contract spells them."""

from compoundry.wire.beliefs import blast_radius, forecast, half_lives, source
from compoundry.wire.context import artifact, graph, playbook, reply
from compoundry.wire.events import delivery, event, webhook
from compoundry.wire.findings import candidate, chain, imported, lift, many, outcome, polished, rule
from compoundry.wire.insights import insight, recalled, story
from compoundry.wire.runs import accepted, change, disposition, restored, schedule, status
from compoundry.wire.spelling import moment, noun, reason

__all__ = [
    "accepted",
    "artifact",
    "blast_radius",
    "candidate",
    "chain",
    "change",
    "delivery",
    "disposition",
    "event",
    "forecast",
    "graph",
    "half_lives",
    "imported",
    "insight",
    "lift",
    "many",
    "moment",
    "noun",
    "outcome",
    "playbook",
    "polished",
    "reason",
    "recalled",
    "reply",
    "restored",
    "rule",
    "schedule",
    "source",
    "status",
    "story",
    "webhook",
]
