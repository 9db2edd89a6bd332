"""Read what is known: insights, patterns, metrics."""

import sys
from contextlib import suppress
from typing import Annotated

import typer

from compoundry import times
from compoundry.cli import clean, shapes
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, Filter, open_desk
from compoundry.cli.running import Limit
from compoundry.cli.show import Shown
from compoundry.client.errors import NotFound as NoSuchThing
from compoundry.errors import Invalid, NotFound

app = typer.Typer()

InsightId = Annotated[str, typer.Argument(metavar="ID", help="The insight's id.")]
AsOf = Annotated[str | None, typer.Option(help="What was believed at this time, like 2026-01-31T09:00:00Z.")]


@command(app, "insights", open_desk, ON_A_DESK)
def insights(
    desk: Desk,
    last: Annotated[str | None, typer.Option(help="Only of this time: 30m, 2h, 1h30m, 1d.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Only from this time on, like 2026-01-31T09:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Only before this time.")] = None,
    type: Annotated[str | None, typer.Option(help="Only of this type, such as fact or preference.")] = None,
    entity: Annotated[str | None, typer.Option(help="Only about this entity, by id or name.")] = None,
    standing: Annotated[str | None, typer.Option(help="Only these: active (if nothing is said), merged, superseded or archived.")] = None,
    as_of: AsOf = None,
    limit: Limit = 20,
) -> Shown:
    """List insights, newest first: active ones, unless --standing says otherwise."""
    if last is not None and (since or until):
        raise Invalid("--last can't stand together with --from or --to; use one of them")
    wanted = Filter(limit, {"type": type, "entity": entity, "standing": standing})
    return shapes.insights(desk.insights(wanted, last=last, since=since, until=until, as_of=as_of))


@command(app, "insight", open_desk, ON_A_DESK)
def insight(desk: Desk, id: InsightId) -> Shown:
    """Show one insight with its evidence, whatever became of it."""
    return shapes.insight(desk.insight(id))


@command(app, "recall", open_desk, ON_A_DESK)
def recall(
    desk: Desk,
    query: Annotated[str, typer.Argument(help="What you want to know.")],
    entity: Annotated[str | None, typer.Option(help="Only about this entity, by id or name.")] = None,
    as_of: AsOf = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 10,
) -> Shown:
    """Recall what is known about a question, the best answers first."""
    return shapes.recalled(desk.recall(query, limit=limit, entity=entity, as_of=as_of))


@command(app, "why", open_desk, ON_A_DESK)
def why(desk: Desk, id: InsightId) -> Shown:
    """Tell why an insight is as it is, or where a pattern or a rule comes from."""
    with suppress(NotFound, NoSuchThing):
        return shapes.story(desk.why(id))
    with suppress(NotFound, NoSuchThing):
        return shapes.chain(desk.why_rule(id))
    with suppress(NotFound, NoSuchThing):
        return shapes.chain(desk.why_pattern(id))
    raise NotFound(f"no insight, rule or pattern {id!r}")


@command(app, "edit", open_desk, ON_A_DESK)
def edit(
    desk: Desk,
    id: InsightId,
    content: Annotated[str | None, typer.Option(help="What it should say.")] = None,
    type: Annotated[str | None, typer.Option(help="Its type.")] = None,
    pinned: Annotated[bool | None, typer.Option("--pin/--unpin", help="A pinned insight never fades.")] = None,
    standing: Annotated[str | None, typer.Option(help="active or archived; bringing one back is evidence that it holds.")] = None,
    recheck: Annotated[str | None, typer.Option(metavar="TIME", help="From when on to ask whether it still holds.")] = None,
) -> Shown:
    """Change an insight by hand."""
    given = {"content": content, "type": type, "pinned": pinned, "standing": standing, "recheck_at": times.moment("recheck", recheck)}
    values = {name: value for name, value in given.items() if value is not None}
    if not values:
        raise Invalid("name at least one of --content, --type, --pin, --standing, --recheck")
    return shapes.insight(desk.edit(id, values))


@command(app, "reinforce", open_desk, ON_A_DESK)
def reinforce(
    desk: Desk,
    id: InsightId,
    contradicted: Annotated[bool, typer.Option("--contradicted", help="The evidence speaks against it.")] = False,
    kind: Annotated[str | None, typer.Option(help="confirmed (if nothing is said), observed, contradicted, outcome or retrieved.")] = None,
    weight: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="How much it counts; without it, an observation as much as the first one, other words in full."),
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When it was seen, if not now.")] = None,
    source: Annotated[str, typer.Option(help="Where the evidence comes from.")] = "",
    excerpt: Annotated[str, typer.Option(help="What it says.")] = "",
) -> Shown:
    """Add evidence for an insight, or against it."""
    if contradicted and kind not in (None, "contradicted"):
        raise Invalid("use --contradicted or --kind, not both")
    said = {"kind": "contradicted" if contradicted else kind, "weight": weight, "at": times.moment("at", at)}
    given = {name: value for name, value in said.items() if value is not None}
    return shapes.insight(desk.reinforce(id, {"kind": "confirmed", **given, "source": source, "excerpt": excerpt}))


@command(app, "unmerge", open_desk, ON_A_DESK)
def unmerge(
    desk: Desk,
    id: InsightId,
    whole: Annotated[bool, typer.Option("--all", help="All that was merged into it, at most 100 at once.")] = False,
) -> Shown:
    """Let a merged insight stand on its own again, and never merge the two again."""
    return shapes.insight(desk.unmerge(id, whole=whole))


@command(app, "forget", open_desk, ON_A_DESK)
def forget(desk: Desk, id: InsightId, yes: Annotated[bool, typer.Option("--yes", help="Don't ask on a terminal.")] = False) -> Shown:
    """Erase an insight for good, with what was merged into it and all evidence; can't be taken back."""
    if sys.stdin.isatty() and not yes:
        typer.confirm(f"Erase “{clean.line(desk.insight(id).content)}” for good?", abort=True, err=True)
    desk.forget(id)
    return Shown({"id": id, "forgotten": True}, (f"insight {id} is forgotten",))


@command(app, "patterns", open_desk, ON_A_DESK)
def patterns(
    desk: Desk,
    kind: Annotated[str | None, typer.Option(help="Only this kind, such as theme or habit.")] = None,
    status: Annotated[str | None, typer.Option(help="Only these: candidate, accepted, rejected or retired.")] = None,
    trend: Annotated[str | None, typer.Option(help="Only these: rising, steady or fading.")] = None,
    as_of: AsOf = None,
    limit: Limit = 50,
) -> Shown:
    """List what recurs, those with the most support first."""
    return shapes.patterns(desk.patterns(Filter(limit, {"kind": kind, "status": status, "trend": trend}), as_of=as_of))


@command(app, "rename", open_desk, ON_A_DESK)
def rename(
    desk: Desk,
    id: Annotated[str, typer.Argument(metavar="ID", help="The pattern's id.")],
    label: Annotated[str, typer.Argument(help="Better words.")],
) -> Shown:
    """Give a pattern better words; jobs leave them alone from then on."""
    return shapes.patterns([desk.rename(id, label)])


@command(app, "metrics", open_desk, ON_A_DESK)
def metrics(
    desk: Desk,
    metric: Annotated[str | None, typer.Option(help="Only this figure, or a part of one, such as age_days.p90.")] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Only snapshots from then on.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Only snapshots from before.")] = None,
    limit: Limit = 30,
) -> Shown:
    """Show how healthy the workspace is: the newest figures, and how each has moved over the last snapshots."""
    found = desk.metrics(limit=limit, since=times.moment("from", since), until=times.moment("to", until))
    return shapes.metrics(found, metric)


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
