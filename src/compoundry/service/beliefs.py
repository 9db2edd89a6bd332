"""Look ahead: how far an insight will be believed, and how long what is known holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from compoundry.errors import Invalid
from compoundry.jobs import decay_sweep
from compoundry.model import Caller
from compoundry.policy import settings_of
from compoundry.service.app import App
from compoundry.store import insights, sources, workspaces
from compoundry.store.database import Connection, clock
from compoundry.store.look import columns
from compoundry.text import belief, half_lives

POINTS = 24
MOST_DAYS = 36_500.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Say how far an insight is believed now and later unless somebody confirms it; half-life in days.

    `curve` holds pairs of time and confidence, from now on; `falls_at` is when it falls below `below`, None for never.
    """

    insight: str
    confidence: float
    trust: float
    half_life_days: float
    last_support: datetime | None
    below: float
    falls_at: datetime | None
    curve: Sequence[tuple[datetime, float]]


@dataclass(frozen=True, slots=True)
class HalfLives:
    """Hold the half-lives in use, in days by type, and what the workspace's own history says."""

    learn: str
    used: Mapping[str, float]
    otherwise: float
    learned: Mapping[str, half_lives.HalfLife]


def forecast(app: App, caller: Caller, id: str, *, below: float | None = None, days: float | None = None) -> Forecast:
    """Return how an insight will fade; `below` is a confidence between 0 and 1, `days` how far to look.

    Without them: what decay_sweep asks people about, and until then (at least one half-life).
    """
    caller.need("record.read")
    if below is not None and not 0 <= below <= 1:
        raise Invalid(f"below: must be between 0 and 1, not {below}")
    if days is not None and not 0 < days <= MOST_DAYS:
        raise Invalid(f"days: must be above 0 and at most {MOST_DAYS:.0f}, not {days}")
    with app.database.snapshot() as connection:
        found = insights.one(connection, caller.workspace_id, id)
        policy, now = belief_policy(connection, caller.workspace_id), clock(connection)
        trusted = belief.heard(found, sources.trust(connection, caller.workspace_id))
        bound = _sweep(connection, caller.workspace_id).confirm_below if below is None else below
    weighed = belief.weigh(trusted, now, policy)
    if weighed is None:
        return Forecast(id, 0.0, 0.0, belief.half_life(found.type, policy), None, bound, None, ((now, 0.0),))
    falls_at = None if found.pinned else weighed.fades_at(bound)
    if found.pinned:
        weighed = replace(weighed, floor=1.0)
    curve = _curve(weighed, now, timedelta(days=days) if days else _far_enough(weighed, now, falls_at))
    return Forecast(id, curve[0][1], round(weighed.trust, 4), weighed.half_life_days, weighed.since, bound, falls_at, curve)


def half_lives_of(app: App, caller: Caller) -> HalfLives:
    """Return the half-lives in use, and those that the workspace's own history suggests, with 95 % intervals."""
    caller.need("record.read")
    with app.database.snapshot() as connection:
        sweep = _sweep(connection, caller.workspace_id)
        found = _fitted(connection, caller.workspace_id, sweep.belief)
        used = belief_policy(connection, caller.workspace_id)
    return HalfLives(sweep.learn, dict(used.half_lives), used.half_life_days, found)


def belief_policy(connection: Connection, workspace_id: int) -> belief.Policy:
    """Return how belief forms in a workspace: as the sweep computes it, learned half-lives included where they are on."""
    sweep = _sweep(connection, workspace_id)
    if sweep.learn != "on":
        return sweep.belief
    return half_lives.using(sweep.belief, _fitted(connection, workspace_id, sweep.belief), sweep.half_lives)


def _sweep(connection: Connection, workspace_id: int) -> decay_sweep.Policy:
    return settings_of("decay_sweep", decay_sweep.Policy, workspaces.one(connection, workspace_id).policy.get("decay_sweep", {}))


def _fitted(connection: Connection, workspace_id: int, policy: belief.Policy) -> dict[str, half_lives.HalfLife]:
    found = columns(connection, workspace_id, belief.Sources(sources.trust(connection, workspace_id)))
    return half_lives.learned(found, policy.half_lives, policy.half_life_days, clock(connection))


def _far_enough(weighed: belief.Weighed, now: datetime, falls_at: datetime | None) -> timedelta:
    least = timedelta(days=min(MOST_DAYS, weighed.half_life_days))
    most = timedelta(days=MOST_DAYS)
    return min(most, max(least, falls_at - now)) if falls_at else least


def _curve(weighed: belief.Weighed, now: datetime, span: timedelta) -> list[tuple[datetime, float]]:
    times = [now + span * (n / POINTS) for n in range(POINTS + 1)]
    return [(at, round(weighed.at(at), 4)) for at in times]
