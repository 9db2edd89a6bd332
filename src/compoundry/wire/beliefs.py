"""Shape what looks ahead and behind."""

from dataclasses import asdict
from typing import Any

from compoundry.service.beliefs import Forecast, HalfLives
from compoundry.service.sources import BlastRadius, Source
from compoundry.wire.spelling import moment, present


def source(said: Source) -> dict[str, Any]:
    """Shape a source."""
    return asdict(said)


def blast_radius(found: BlastRadius) -> dict[str, Any]:
    """Shape what rests on a source."""
    return {
        "source": found.source,
        "trust": found.trust,
        "insights": [
            {"id": h.insight.id, "content": h.insight.content, "confidence": h.insight.confidence, "without": h.without, "alone": h.alone}
            for h in found.hits
        ],
        "patterns": [{"id": p.id, "label": p.label, "status": p.status} for p in found.patterns],
        "rules": [{"id": r.id, "do": r.do, "status": r.status} for r in found.rules],
    }


def forecast(told: Forecast) -> dict[str, Any]:
    """Shape how an insight will fade."""
    body = {
        "insight": told.insight,
        "confidence": told.confidence,
        "trust": told.trust,
        "half_life_days": round(told.half_life_days, 2),
        "last_support": moment(told.last_support),
        "below": told.below,
        "falls_at": moment(told.falls_at),
        "curve": [{"at": moment(at), "confidence": believed} for at, believed in told.curve],
    }
    return present(body)


def half_lives(told: HalfLives) -> dict[str, Any]:
    """Shape the half-lives in use and those learned."""
    learned = {type: {name: round(value, 1) for name, value in asdict(fit).items()} for type, fit in told.learned.items()}
    return {"learn": told.learn, "used": dict(told.used), "otherwise": told.otherwise, "learned": learned}
