"""Look ahead, and look behind what is believed: forecasts, half-lives, sources and what rests on them."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from compoundry.cli import sparks
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, open_desk
from compoundry.cli.reading import InsightId
from compoundry.cli.show import Shown, Table

app = typer.Typer()

_ALONE = "nobody else says so"

Source = Annotated[str, typer.Argument(help="The source, as evidence names it.")]


@command(app, "forecast", open_desk, ON_A_DESK)
def forecast(
    desk: Desk,
    id: InsightId,
    below: Annotated[float | None, typer.Option(min=0, max=1, help="The confidence to fall below.")] = None,
    days: Annotated[float | None, typer.Option(min=0, help="How far to look ahead.")] = None,
) -> Shown:
    """Tell how an insight will fade unless somebody confirms it."""
    told = desk.forecast(id, below=below, days=days)
    curve = told["curve"]
    first, last = curve[0], curve[-1]
    drawn = sparks.line([one["confidence"] for one in curve])
    line = f"{drawn}  {first['confidence']:.2f} now, {last['confidence']:.2f} on {last['at'][:10]}"
    return Shown(told, (line, f"half-life {told['half_life_days']:g} days; {_falls(told, first['at'])}"))


def _falls(told: Mapping[str, Any], now: str) -> str:
    """Say when an insight falls below a bound, or that it has done so.

    >>> _falls({"below": 0.3, "falls_at": "2026-01-31T09:00:00Z"}, "2026-02-28T09:00:00Z")
    'below 0.3 since 2026-01-31; confirm it with `compoundry reinforce`, if it still holds'
    """
    if "falls_at" not in told:
        return f"never falls below {told['below']:g}"
    day = told["falls_at"][:10]
    if told["falls_at"] <= now:
        return f"below {told['below']:g} since {day}; confirm it with `compoundry reinforce`, if it still holds"
    return f"falls below {told['below']:g} on {day} unless somebody confirms it"


@command(app, "half-lives", open_desk, ON_A_DESK)
def half_lives(desk: Desk) -> Shown:
    """Show after how many days each type is believed half as much, and what the workspace's own history says."""
    told = desk.half_lives()
    learned = told["learned"]
    rows = [(type, f"{days:g}", _fit(learned.get(type))) for type, days in told["used"].items()]
    rows += [(type, f"{told['otherwise']:g}", _fit(fit)) for type, fit in learned.items() if type not in told["used"]]
    note = f"learning is {told['learn']}; other types: {told['otherwise']:g} days"
    return Shown(told, (Table(("type", "days", "from history"), rows), note))


@command(app, "sources", open_desk, ON_A_DESK)
def sources(desk: Desk) -> Shown:
    """List who said how much, and how far each is trusted."""
    found = desk.sources()
    rows = [(one["source"], str(one["insights"]), str(one["evidence"]), f"{one['trust']:g}") for one in found]
    return Shown({"data": list(found)}, (Table(("source", "insights", "evidence", "trust"), rows, "no evidence yet"),))


@command(app, "trust", open_desk, ON_A_DESK)
def trust(desk: Desk, source: Source, value: Annotated[float, typer.Argument(min=0, max=1, help="0 retracts, 1 trusts.")]) -> Shown:
    """Set how far a source is trusted; the next runs believe accordingly."""
    said = desk.trust(source, value)
    return Shown(
        said, (f"{source} is trusted {value:g}; the next runs count it so", f"see what rests on it: compoundry blast-radius {source}")
    )


@command(app, "blast-radius", open_desk, ON_A_DESK)
def blast_radius(desk: Desk, source: Source) -> Shown:
    """Show what rests on a source: insights, patterns and rules."""
    found = desk.blast_radius(source)
    rows = [
        (
            "insight",
            one["id"],
            f"{one['confidence']:.2f} → {one['without']:.2f}",
            _ALONE if one["alone"] else "",
            one["content"],
        )
        for one in found["insights"]
    ]
    rows += [("pattern", p["id"], "", p["status"], p["label"]) for p in found["patterns"]]
    rows += [("rule", r["id"], "", r["status"], r["do"]) for r in found["rules"]]
    return Shown(found, (Table(("what", "id", "without it", "note", "says"), rows, "nothing active rests on it"),))


def _fit(fit: dict[str, float] | None) -> str:
    return f"{fit['days']:g} ({fit['low']:g} to {fit['high']:g})" if fit else ""


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
