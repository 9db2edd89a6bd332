"""Believe stale insights less, and archive those that nothing supports any more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

import numpy as np

from compoundry.columns import NEVER, Columns, Flags, Floats, Times, micros, moment
from compoundry.counting import counted
from compoundry.errors import Invalid, TooMuch
from compoundry.job import Alike, Change, Outcome, Plan, Propose, Together, Told, View
from compoundry.model import Reason
from compoundry.text import belief, half_lives
from compoundry.text.doubts import Doubt, questions

ORDER = 40
SETTLE_S = 0.0
VECTORS = False
COLUMNS = True
_SHARES = ("confirm_below", "archive_below", "cap", "retrieved")

AS_BEFORE, WAITING, FADED, SUPPORTED, BELOW, RETRACTED = range(6)
SAYINGS: Final[tuple[tuple[Outcome, str], ...]] = (
    ("kept", "as before"),
    ("kept", "nothing supports it yet"),
    ("faded", "not seen for a while"),
    ("faded", "supported by its evidence"),
    ("archived", "believed too little"),
    ("archived", "nothing that is trusted still says so"),
)
_MOVED = "{before:.2f} → {after:.2f}"
_FADED_TEXT = "not seen for {age_days:g} days: " + _MOVED
_SUPPORTED_TEXT = "supported by its evidence; last seen {age_days:g} days ago: " + _MOVED
_BELOW_TEXT = "not seen for {age_days:g} days: {after:.2f} is below {archive_below:g}"


@dataclass(frozen=True, slots=True)
class Policy:
    """Set how belief fades, when an insight is archived, and how much one sweep may do; `floor` is the part of
    the trust that time alone never takes, so that age makes an insight doubtful and not invisible.

    `half_lives` and `floors` go by type and are laid over the defaults; `least_change` is the
    smallest difference worth writing. A sweep that would archive more than `cap` of the workspace,
    and more than `cap_from` insights, for their age or their evidence fails; what goes with a source that a person trusts no
    longer doesn't count there. Insights that fall below `confirm_below` within `notice_days` are put to a person, at most `ask`
    waiting at a time; 0 asks never. `learn` fits half-lives from the workspace's own history: "suggest" notes them, "on" uses them
    where none is set by hand. `retrieved` is the part of its weight that being read counts as support; by default reading proves
    nothing.
    """

    half_lives: Mapping[str, float] = field(default_factory=dict)
    half_life_days: float = 180.0
    lasting: Sequence[str] = belief.LASTING
    floors: Mapping[str, float] = field(default_factory=dict)
    floor: float = 0.2
    confirm_below: float = 0.3
    archive_below: float = 0.1
    least_change: float = 0.0001
    cap: float = 0.2
    cap_from: int = 20
    notice_days: float = 30.0
    ask: int = 20
    learn: Literal["off", "suggest", "on"] = "off"
    retrieved: float = 0.0

    def __post_init__(self) -> None:
        belief.must_be_shares("decay_sweep: floors of", {**self.floors, "any type": self.floor})
        belief.must_be_shares("decay_sweep:", {name: getattr(self, name) for name in _SHARES})
        if wrong := [type for type, days in {**self.half_lives, "any type": self.half_life_days}.items() if not days > 0]:
            raise Invalid(f"decay_sweep: the half-life of {wrong[0]!r} must be above 0 days")
        if self.learn not in ("off", "suggest", "on"):
            raise Invalid(f"decay_sweep: learn must be off, suggest or on, not {self.learn!r}")

    @property
    def belief(self) -> belief.Policy:
        """Return the part that says how belief forms and fades."""
        half_lives = {**belief.HALF_LIVES, **self.half_lives}
        return belief.Policy(
            half_lives=half_lives,
            half_life_days=self.half_life_days,
            lasting=self.lasting,
            floors=self.floors,
            floor=self.floor,
            retrieved=self.retrieved,
        )


@dataclass(frozen=True)
class Swept:
    """Hold what a sweep makes of each insight: what it is believed now, and the place of what is said about it in `SAYINGS`."""

    found: Columns
    believed: belief.Believed
    after: Floats
    says: Times

    def told(self) -> Told:
        """Say what became of each insight; those that have trouble say so."""
        troubles = sorted(self.found.troubles.items())
        says = self.says.astype(np.int32)
        says[[n for n, _ in troubles]] = range(len(SAYINGS), len(SAYINGS) + len(troubles))
        return Told(self.found.ids, self.found.version, says, (*SAYINGS, *(("failed", why) for _, why in troubles)))


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Compute every insight's confidence anew; raise TooMuch when more than the cap would be archived."""
    found = view.as_columns()
    view.tick(0, len(found))
    fits = {} if policy.learn == "off" else half_lives.learned(found, policy.belief.half_lives, policy.half_life_days, now)
    swept = _swept(found, belief.weigh_all(found, now, _using(fits, policy)), policy, now)
    view.tick(len(found), len(found))
    _cap(swept, policy)
    asked = questions(_doubts(swept, policy, now), view.candidates, most=policy.ask, now=now)
    changes = (*_changes(swept, policy, now), tuple(Propose(question) for question in asked))
    return Plan(swept.told(), Together([part for part in changes if len(part)]), (*_retracted(swept), *_told(fits, policy)))


def _using(fits: Mapping[str, half_lives.HalfLife], policy: Policy) -> belief.Policy:
    return half_lives.using(policy.belief, fits if policy.learn == "on" else {}, policy.half_lives)


def _retracted(swept: Swept) -> Iterator[Reason]:
    """Note how many are archived because people trust none of those who say so."""
    if gone := int(np.count_nonzero(swept.says == RETRACTED)):
        go = "goes" if gone == 1 else "go"
        text = f"{counted(gone, 'insight')} {go} to the archive because nobody who is trusted still says so"
        yield Reason("retracted", text, {"archived": gone})


def _told(fits: Mapping[str, half_lives.HalfLife], policy: Policy) -> list[Reason]:
    """Note what was learned, whether it is used or not."""
    used = policy.belief.half_lives
    return [
        Reason(
            "half_life_learned",
            f"{type}: half holds for {fit.days:.0f} days ({fit.low:.0f} to {fit.high:.0f}, from {fit.ends} that ended); "
            f"set is {used.get(type, policy.half_life_days):.0f}",
            {"type": type, "days": round(fit.days, 1), "low": round(fit.low, 1), "high": round(fit.high, 1), "ends": fit.ends},
        )
        for type, fit in sorted(fits.items())
    ]


def _swept(found: Columns, believed: belief.Believed, policy: Policy, now: datetime) -> Swept:
    """Judge each insight: what comes first here holds."""
    after = np.round(believed.at(micros(now)), 4)
    silent = np.bincount(found.evidence.of, minlength=len(found)) == 0
    moved = np.round(np.abs(after - found.confidence), 6) >= policy.least_change  # rounded: 0.3501 - 0.35 is a hair under 0.0001
    says = np.select(
        [
            ~found.sound,
            ~believed.supported & silent & ~found.pinned,
            ~believed.supported,
            (after < policy.archive_below) & ~found.pinned,
            moved & (after < found.confidence),
            moved,
        ],
        [AS_BEFORE, RETRACTED, WAITING, BELOW, FADED, SUPPORTED],
        AS_BEFORE,
    )
    return Swept(found, believed, after, says)


def _changes(swept: Swept, policy: Policy, now: datetime) -> Iterator[Sequence[Change]]:
    yield _alike(swept, FADED, "believe", "faded", _FADED_TEXT, now)
    yield _alike(swept, SUPPORTED, "believe", "supported", _SUPPORTED_TEXT, now)
    yield _alike(swept, BELOW, "archive", "below_floor", _BELOW_TEXT, now, archive_below=policy.archive_below)
    yield _alike(swept, RETRACTED, "archive", "retracted", SAYINGS[RETRACTED][1], now)


def _alike(
    swept: Swept, saying: int, kind: Literal["believe", "archive"], code: str, text: str, now: datetime, **more: float
) -> Sequence[Change]:
    """Change in the same way all of whom the same is said."""
    here = np.flatnonzero(swept.says == saying)
    found, believed = swept.found, swept.believed
    facts = {
        "age_days": np.round(believed.age_days(micros(now))[here], 1),
        "half_life_days": np.round(believed.half_life_days[here], 1),
        "trust": np.round(believed.trust[here], 4),
        "evidence": np.bincount(found.evidence.of, minlength=len(found))[here],
        "before": found.confidence[here],
        "after": swept.after[here],
        **{name: np.full(len(here), value) for name, value in more.items()},
    }
    told = ("before",) if saying == RETRACTED else tuple(facts)
    return Alike(kind, code, text, [found.ids[n] for n in here.tolist()], {name: facts[name] for name in told})


def _cap(swept: Swept, policy: Policy) -> None:
    """Raise TooMuch for a surprise; what a person took back with its source is none."""
    gone, scanned = int(np.count_nonzero(swept.says == BELOW)), len(swept.found)
    if gone > max(policy.cap_from, policy.cap * scanned):
        raise TooMuch(
            f"the sweep would archive {gone} of {scanned} insights, more than {policy.cap * 100:g}%; "
            "look at a dry run with a higher cap, then raise decay_sweep.cap for this workspace or confirm what still holds",
            {"archived": gone, "scanned": scanned, "cap": policy.cap},
        )


def _doubts(swept: Swept, policy: Policy, now: datetime) -> Iterator[Doubt]:
    """Doubt what is to be looked at again, and what is about to fade, the most urgent first."""
    found, until = swept.found, micros(now + timedelta(days=policy.notice_days))
    stays = found.sound & ~np.isin(swept.says, (BELOW, RETRACTED))
    due = stays & (found.recheck_at <= micros(now))
    fades_at = np.where(found.pinned, NEVER, swept.believed.fades_at(policy.confirm_below))
    fading = stays & ~due & swept.believed.supported & (fades_at <= until)
    for n in _by_time(due, found.recheck_at):
        yield Doubt(moment(int(found.recheck_at[n])), found.ids[n], float(swept.after[n]), "recheck_due")
    for n in _by_time(fading, fades_at):
        yield Doubt(moment(int(fades_at[n])), found.ids[n], float(swept.after[n]))


def _by_time(chosen: Flags, at: Times) -> Iterator[int]:
    """Name the places of what was chosen, by time, then by id."""
    here = np.flatnonzero(chosen)
    return iter(here[np.argsort(at[here], kind="stable")].tolist())
