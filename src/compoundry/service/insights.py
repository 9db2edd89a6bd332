"""Learn, read, edit and forget insights."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter

from compoundry.errors import Conflict, Invalid, Twin
from compoundry.model import Caller, Draft, Evidence, Insight, Standing
from compoundry.service.app import App
from compoundry.service.beliefs import belief_policy
from compoundry.service.intake import InsightIn
from compoundry.service.runs import Idempotency
from compoundry.service.said import ReinforceIn, chosen, edited, understood
from compoundry.store import announcing, answers, insights, rewind, sources
from compoundry.store.database import Connection, clock
from compoundry.store.insights import Learned
from compoundry.store.lineage import gathered
from compoundry.text import belief

T = TypeVar("T", bound=Insight | None)

MOST = 1_000
FUTURE = timedelta(days=1)
_PERHAPS: TypeAdapter[Any] = TypeAdapter(Insight | None)


def learn(
    app: App, caller: Caller, given: Sequence[InsightIn], *, keep_created_at: bool = False, once: Idempotency | None = None
) -> list[Learned]:
    """Store insights; one with an external id that is known already is not stored again.

    `keep_created_at` lets an import keep the day on which an insight was observed as its creation.
    Raises Invalid for more than 1,000 at once, Forbidden without `record.write`, Conflict when the
    idempotency key was used with another call.
    """
    caller.need("record.write")
    if len(given) > MOST:
        raise Invalid(f"at most {MOST} insights at once; send them in several calls")
    try:
        learned = _learn(app, caller, given, keep_created_at=keep_created_at, once=once)
    except Twin:  # somebody stored the same external id or the same call at this moment; now it is known
        learned = _learn(app, caller, given, keep_created_at=keep_created_at, once=once)
    app.insights_written(caller.workspace_id)
    return learned


def _learn(app: App, caller: Caller, given: Sequence[InsightIn], *, keep_created_at: bool, once: Idempotency | None) -> list[Learned]:
    with app.database.write() as connection:
        if once and (known := answers.given(connection, caller.workspace_id, once.key, once.digest)):
            return [Learned(*one) for one in known["learned"]]
        now = clock(connection)
        drafts = [(id := app.new_id(), _draft(one, id, now, keep_created_at)) for one in given]
        learned = insights.learn(connection, caller.workspace_id, drafts, now)
        announcing.learned(connection, caller.workspace_id, [one.id for one in learned if one.new], now)
        if once:
            answers.remember(connection, caller.workspace_id, once.key, once.digest, {"learned": [tuple(one) for one in learned]}, now)
    return learned


def recent(
    app: App,
    caller: Caller,
    *,
    limit: int = 20,
    last: timedelta | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    as_of: datetime | None = None,
    **filters: str | None,
) -> list[Insight]:
    """Return the newest insights first; `since` counts in, `until` doesn't; `as_of` asks what was believed then.

    `filters` are type, entity and standing: active ones unless it says otherwise. Raises Invalid for a standing that there isn't, and
    for one of a time that is past: only what was active then is known.
    """
    caller.need("insight.stream")
    chosen({"standing": get_args(Standing)}, {"standing": filters.get("standing")})
    if as_of is not None and filters.pop("standing", None) not in (None, "active"):
        raise Invalid("standing: can't stand together with as_of; what was believed then was active")
    with app.database.read() as connection:
        if as_of is not None:
            return _as_of(connection, caller.workspace_id, as_of, limit=limit, since=since, until=until, **filters)
        start = clock(connection) - last if last is not None else since
        return insights.recent(connection, caller.workspace_id, limit=limit, since=start, until=until, **filters)


def _as_of(
    connection: Connection,
    workspace_id: int,
    at: datetime,
    *,
    limit: int,
    since: datetime | None,
    until: datetime | None,
    type: str | None = None,
    entity: str | None = None,
) -> list[Insight]:
    policy, trust = belief_policy(connection, workspace_id), sources.trust(connection, workspace_id)
    named = {entity, insights.entity_id(entity or "")}
    return [
        i
        for i in rewind.believed(connection, workspace_id, at, policy, trust)
        if (type in (None, i.type) and (entity is None or named & {e.id for e in i.entities}))
        and (since is None or i.created_at >= since)
        and (until is None or i.created_at < until)
    ][:limit]


def one(app: App, caller: Caller, id: str) -> Insight:
    """Return one insight of any standing, or raise NotFound."""
    caller.need("record.read")
    with app.database.read() as connection:
        return insights.one(connection, caller.workspace_id, id)


def edit(
    app: App, caller: Caller, id: str, values: Mapping[str, Any], *, version: int | None = None, once: Idempotency | None = None
) -> Insight:
    """Change content, type, pin, standing or recheck day of an insight; Conflict when it isn't at this version any more.

    Evidence is what was seen and stays as it is; where the content changes, `reworded_at` among the metadata says when. Bringing back an
    archived insight is evidence of its own, lest the next sweep archives it again: whoever does so says that it holds.
    """
    caller.need("record.write")
    values = edited(values)

    def change(connection: Connection, now: datetime) -> Insight:
        before = insights.one(connection, caller.workspace_id, id)
        if version is not None and before.version != version:
            raise Conflict(f"the insight is at version {before.version}, not {version}; read it again")
        if "standing" in values and {before.standing, values["standing"]} - {"active", "archived"}:
            raise Conflict(f"the insight is {before.standing}; only active and archived ones can change places here")
        reworded = "content" in values and values["content"] != before.content
        said: dict[str, Any] = {"metadata": {**before.metadata, "reworded_at": now.isoformat().replace("+00:00", "Z")}} if reworded else {}
        if before.standing == "archived" and values.get("standing") == "active":
            back = Evidence(app.new_id(), "reviewed", now, caller.name, 1.0, "brought back by hand")
            said["confidence"] = _believed_with(connection, caller, id, back, now)
        insights.edit(connection, before, caller.workspace_id, {**values, **said}, now)
        return insights.one(connection, caller.workspace_id, id)

    after = _changed(app, caller, change, once)
    app.insights_written(caller.workspace_id)
    return after


def forget(app: App, caller: Caller, id: str, *, once: Idempotency | None = None) -> None:
    """Erase an insight for good, with those that were merged into it, all their evidence, and answers that repeat them."""
    caller.need("record.write")

    def erase(connection: Connection, now: datetime) -> None:
        insights.one(connection, caller.workspace_id, id)
        gone = insights.family(connection, caller.workspace_id, id)
        insights.forget(connection, caller.workspace_id, gone)
        answers.forget(connection, caller.workspace_id, gone)

    _changed(app, caller, erase, once)


def reinforce(
    app: App,
    caller: Caller,
    id: str,
    *,
    kind: str = "confirmed",
    source: str = "",
    excerpt: str = "",
    weight: float | None = None,
    at: datetime | None = None,
    once: Idempotency | None = None,
) -> Insight:
    """Add evidence for (or against) an insight, and compute anew how far it is believed.

    `weight` is between 0 and 1; without one, an observation is as sure as the first one was, and other words weigh 1.
    Raises Invalid for a weight that is none or a time to come, Conflict where the insight was merged or superseded.
    """
    caller.need("record.write")
    said = understood(ReinforceIn, {"kind": kind, "source": source, "excerpt": excerpt, "weight": weight, "at": at})

    def add(connection: Connection, now: datetime) -> Insight:
        before = insights.one(connection, caller.workspace_id, id)
        _must_be_past(said.at or now, now, "at")
        if before.standing in ("merged", "superseded"):
            raise Conflict(f"the insight is {before.standing}; reinforce {before.merged_into or before.superseded_by} instead")
        weighs = _usual_weight(before, said.kind) if said.weight is None else said.weight
        piece = Evidence(app.new_id(), said.kind, said.at or now, said.source or caller.name, weighs, said.excerpt)
        believed = _believed_with(connection, caller, id, piece, now)
        revived = {"standing": "active"} if said.kind in ("observed", "confirmed") else {}
        insights.edit(connection, before, caller.workspace_id, {"confidence": believed, **revived}, now)
        return insights.one(connection, caller.workspace_id, id)

    return _changed(app, caller, add, once)


def _changed(app: App, caller: Caller, change: Callable[[Connection, datetime], T], once: Idempotency | None) -> T:
    """Change an insight while nobody else changes the workspace; a call that was made before only gives its first answer again."""
    try:
        return _changed_once(app, caller, change, once)
    except Twin:  # the same call was made at this moment; now its answer is known
        return _changed_once(app, caller, change, once)


def _changed_once(app: App, caller: Caller, change: Callable[[Connection, datetime], T], once: Idempotency | None) -> T:
    with app.database.write() as connection:
        if once and (known := answers.given(connection, caller.workspace_id, once.key, once.digest)):
            first: T = _PERHAPS.validate_python(known["insight"])
            return first
        insights.lock(connection, caller.workspace_id)
        now = clock(connection)
        changed = change(connection, now)
        if once:
            told = {"insight": _PERHAPS.dump_python(changed, mode="json")}
            answers.remember(connection, caller.workspace_id, once.key, once.digest, told, now)
        return changed


def named(app: App, caller: Caller, ids: Sequence[str]) -> dict[str, Insight]:
    """Return these insights by id; unknown ones are left out."""
    caller.need("record.read", "record.write")
    with app.database.read() as connection:
        return gathered(connection, caller.workspace_id, list(dict.fromkeys(ids)))


def _draft(given: InsightIn, id: str, now: datetime, keep_created_at: bool) -> Draft:
    draft = given.draft(id, now)
    _must_be_past(draft.observed_at, now, "created_at")
    return replace(draft, created_at=min(draft.observed_at, now)) if keep_created_at else draft


def _believed_with(connection: Connection, caller: Caller, id: str, piece: Evidence, now: datetime) -> float:
    """Add a piece of evidence to an insight; return how far it is believed now."""
    insights.reinforce(connection, caller.workspace_id, id, piece)
    reinforced = belief.heard(insights.one(connection, caller.workspace_id, id), sources.trust(connection, caller.workspace_id))
    return belief.confidence(reinforced, now, belief_policy(connection, caller.workspace_id))


def _usual_weight(insight: Insight, kind: str) -> float:
    """Return how much a word weighs that comes without a weight: whoever saw the same again is as sure as who told it first."""
    if kind != "observed":
        return 1.0
    first = min((e for e in insight.evidence if e.kind == "observed"), key=lambda e: (e.at, e.weight, e.id), default=None)
    return first.weight if first else 1.0


def _must_be_past(at: datetime, now: datetime, field: str) -> None:
    """Refuse what nobody can have seen yet; a day is left for clocks and time zones."""
    if at > now + FUTURE:
        raise Invalid(f"{field}: lies in the future")
