"""Tell how many independent sources insights have: what one mail says of seven companies is still one mail."""

from collections import defaultdict
from collections.abc import Sequence

from compoundry.model import Evidence, Insight

_AGAIN = "insight"  # the artifact of what happened again: an insight that is counted itself


def subject(insight: Insight) -> str:
    """Return the id of whom an insight is about first; its own id where it is about nobody."""
    return insight.entities[0].id if insight.entities else insight.id


def heard(insights: Sequence[Insight]) -> frozenset[str]:
    """Return the subjects that have a source of their own.

    What stands on one artifact, by its id, is one source and counts for one subject, however many it tells of; evidence without
    an artifact is a source of its own. Those with the fewest sources choose first, so that little is lost and nothing hangs on
    the order of the rows.

    >>> from datetime import datetime
    >>> from compoundry.model import Entity
    >>> day = datetime(2026, 3, 2)
    >>> mail = Evidence("e", "observed", day, "survey", artifact={"id": "mail-1", "type": "email"})
    >>> say = lambda id, who, *seen: Insight(id, "Exports are slow.", "fact", (Entity(who, who),), 0.7, day, day, seen)
    >>> sorted(heard([say("1", "Acme", mail), say("2", "Borealis", mail), say("3", "Cobalt")]))
    ['Acme', 'Cobalt']
    """
    told = defaultdict[str, set[tuple[str, ...]]](set)
    for insight in insights:
        told[subject(insight)] |= _sources(insight)
    taken, having = set[tuple[str, ...]](), set[str]()
    for who in sorted(told, key=lambda who: (len(told[who]), who)):
        if free := told[who] - taken:
            taken.add(min(free))
            having.add(who)
    return frozenset(having)


def _sources(insight: Insight) -> set[tuple[str, ...]]:
    seen = [e for e in insight.evidence if e.kind in ("observed", "confirmed") and _AGAIN not in e.artifact]
    return {_artifact(e) or (insight.id,) for e in seen} or {(insight.id,)}


def _artifact(evidence: Evidence) -> tuple[str, ...]:
    """Name the artifact; nothing where it has no id. A text that was told has one under `artifact_id`."""
    id = evidence.artifact.get("id") or evidence.artifact.get("artifact_id")
    return (str(evidence.artifact.get("type", "")), str(id)) if id else ()
