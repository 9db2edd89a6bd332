"""Take texts apart that were told, in the background; each once, whatever dies meanwhile."""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog

from compoundry.engine.workshop import Workshop
from compoundry.errors import LostRun, Unavailable
from compoundry.job import same_id
from compoundry.model import Artifact, Draft, Entity, Evidence
from compoundry.store import announcing, artifacts, insights
from compoundry.store.database import Connection, clock
from compoundry.store.insights import Learned
from compoundry.text import extracting
from compoundry.text.notes import Remark, entity_type, remarks

log = structlog.get_logger(__name__)

WAIT_S = 0.05
ASKING_S = 200.0  # a model may take its time for a part, three attempts of a minute each, and its worker sends no sign of life meanwhile
TRUST = 0.6  # nobody has looked at what was cut out of a text


def take_apart(shop: Workshop, told: Artifact) -> Artifact:
    """Take a text apart here and now, and what waits before it; a worker that has begun with it does it for us."""
    while told.state in ("pending", "processing"):
        if take_one(shop) is None:
            time.sleep(WAIT_S)
        with shop.database.read() as connection:
            told = artifacts.one(connection, told.workspace_id, told.id)
    return told


def take_one(shop: Workshop) -> Artifact | None:
    """Take one text apart and return it; None when there is nothing to do.

    What it says is learned in the transaction that ends it. A text that three workers died of is given up.
    """
    told = _claimed(shop)
    if told is None:
        return None
    noted = log.bind(artifact=told.id, workspace=told.workspace_id, attempt=told.attempt)
    try:
        found = _found(shop, told) if told.attempt <= shop.attempts else None
        with shop.database.write() as connection:
            _keep(connection, told, found, attempts=shop.attempts)
    except LostRun as error:
        noted.warning("late result refused", reason=error.message)
    except Unavailable:
        raise
    except Exception as error:
        noted.warning("text failed", reason=str(error), exc_info=True)
        with shop.database.write() as connection:
            artifacts.fail(connection, told, f"{type(error).__name__}: {error}", clock(connection))
    return told


def _claimed(shop: Workshop) -> Artifact | None:
    """Look first, so that an idle worker never waits for whoever writes."""
    with shop.database.read() as connection:
        if not artifacts.waiting(connection, clock(connection)):
            return None
    with shop.database.write() as connection:
        return artifacts.claim(connection, clock(connection), lease_s=shop.lease_s)


def _found(shop: Workshop, told: Artifact) -> list[Remark]:
    """Find what a text says, by rules and where there is one by a language model; in no transaction, since it may take long."""
    with shop.database.read() as connection:
        known = {entity.name.casefold(): entity.name for entity in insights.entities(connection, told.workspace_id)}
    found = [*_extracted(shop, told, known), *remarks(told.content, known)]
    return list({remark.content.casefold(): remark for remark in found}.values())


def _extracted(shop: Workshop, told: Artifact, known: Mapping[str, str]) -> list[Remark]:
    """Ask the language model, where one helps; when it is away, the rules do alone."""
    if shop.extractor is None:
        return []
    found = list[Remark]()
    for part in extracting.parts(told.content):
        with shop.database.write() as connection:
            artifacts.hold(connection, told, clock(connection) + timedelta(seconds=shop.lease_s + ASKING_S))
        try:
            answer = shop.extractor.answer(extracting.INSTRUCTIONS, part, most_tokens=extracting.MOST_TOKENS)
        except Unavailable as error:
            log.warning("text cut by rules alone", artifact=told.id, reason=error.message)
            break
        found += extracting.remarks_in(answer, part, known)
    return found


def _keep(connection: Connection, told: Artifact, found: Sequence[Remark] | None, *, attempts: int) -> None:
    now = clock(connection)
    if found is None:
        artifacts.fail(connection, told, f"given up after {attempts} attempts; its worker stopped each time", now)
        return
    known = insights.entities(connection, told.workspace_id)
    drafts = [_draft(told, remark, known) for remark in found]
    learned = insights.learn(connection, told.workspace_id, drafts, now)
    announcing.learned(connection, told.workspace_id, [one.id for one in learned if one.new], now)
    artifacts.complete(connection, told, _result(found, learned, {entity.name for entity in known}), now)


def _draft(told: Artifact, remark: Remark, known: Sequence[Entity]) -> tuple[str, Draft]:
    """Draft an insight under an id that is always the same for a sentence of a text."""
    id = same_id("told", told.id, remark.content)
    about = {entity.name: entity for entity in known}
    said = {"type": "text", "artifact_id": told.id, **({"context": told.context} if told.context else {})}
    return id, Draft(
        content=remark.content,
        observed_at=told.created_at,
        type=remark.type,
        entities=tuple(about.get(name) or Entity("", name, entity_type(name)) for name in remark.names),
        confidence=TRUST,
        source=told.told_by,
        evidence=(Evidence(same_id("observed", id), "observed", told.created_at, told.told_by, TRUST, remark.content, said),),
        external_id=f"{told.id}/{id}",
    )


def _result(found: Sequence[Remark], learned: Sequence[Learned], known: set[str]) -> dict[str, Any]:
    """Count as existing clients do; relations and tasks are not looked for."""
    names = dict.fromkeys(name for remark in found for name in remark.names)
    extracted = [{"name": n, "type": entity_type(n), "action": "updated" if n in known else "created"} for n in names]
    kept = [{"id": one.id, "content": r.content, "confidence": TRUST} for r, one in zip(found, learned, strict=True) if one.new]
    return {
        "entities_extracted": extracted,
        "entities_created": sum(n not in known for n in names),
        "entities_updated": sum(n in known for n in names),
        "relationships_created": 0,
        "insights_created": len(kept),
        "tasks_suggested": 0,
        "insights": kept,
    }
