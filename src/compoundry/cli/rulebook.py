"""Read the playbook, say how its rules worked, and bring in rules from files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from compoundry.cli import shapes
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, Filter, open_desk
from compoundry.cli.reading import AsOf
from compoundry.cli.running import Limit
from compoundry.cli.show import Shown, Table
from compoundry.client.nouns import Rule
from compoundry.counting import counted
from compoundry.errors import Invalid
from compoundry.text import playbook as pages

app = typer.Typer()

RuleId = Annotated[str, typer.Argument(metavar="ID", help="The rule's id.")]
Session = Annotated[str, typer.Option(help="Who follows the rules; needed where rules are held out.")]


@command(app, "rules", open_desk, ON_A_DESK)
def rules(
    desk: Desk,
    status: Annotated[str | None, typer.Option(help="Only these: candidate, active, rejected or retired.")] = None,
    as_of: AsOf = None,
    limit: Limit = 50,
) -> Shown:
    """List rules, the surest first."""
    return shapes.rules(desk.rules(Filter(limit, {"status": status}), as_of=as_of))


@command(app, "playbook", open_desk, ON_A_DESK)
def playbook(
    desk: Desk,
    format: Annotated[str, typer.Option(help="markdown, agents (a block for AGENTS.md) or skill.")] = "markdown",
    into: Annotated[Path | None, typer.Option(help="Write it into this file (agents: between its markers) or folder (skill).")] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Keep the surest rules whose page fits; with --json one line a rule counts.")
    ] = None,
    session: Session = "",
) -> Shown:
    """Print what agents should do, as Markdown; with --json as data."""
    if format not in pages.FORMATS:
        raise Invalid(f"--format must be one of {', '.join(pages.FORMATS)}")
    page = desk.playbook_page(format, max_tokens=max_tokens, session=session)
    shown = desk.playbook(max_tokens=max_tokens, session=session)
    body, notes = {"rules": [rule.body for rule in shown]}, _waiting(shown) if format != "markdown" else ()
    if into is None:
        return Shown(body, (page.rstrip("\n"),), notes=notes)
    written = _write(page, format, into)
    return Shown({**body, "written": str(written)}, (f"written to {written}",), notes=notes)


def _waiting(rules: Sequence[Rule]) -> tuple[str, ...]:
    """Say what isn't in a page for agents, because nobody has agreed to it yet."""
    many = sum(rule.status == "candidate" for rule in rules)
    if not many:
        return ()
    wait = "rule waits" if many == 1 else "rules wait"
    return (f"{many} {wait} for review and {'is' if many == 1 else 'are'} not in it: compoundry review --kind rule",)


def _write(page: str, format: str, into: Path) -> Path:
    """Write a page; of a file with a block of ours only the block changes, byte for byte."""
    target = into / "SKILL.md" if format == "skill" and into.suffix != ".md" else into
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        known = target.read_bytes().decode() if format == "agents" and target.exists() else ""
        target.write_bytes((pages.placed(known, page) if format == "agents" else page).encode())
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{target} can't be written: {error}") from None
    return target


@command(app, "outcome", open_desk, ON_A_DESK)
def outcome(
    desk: Desk,
    id: RuleId,
    outcome: Annotated[str, typer.Argument(help="helped, harmed or not_applicable.")],
    session: Session = "",
    note: Annotated[str, typer.Option(help="What happened.")] = "",
) -> Shown:
    """Say what following a rule led to."""
    rule = desk.report(id, outcome, session=session, note=note)
    helps = rule.body.get("helps", {})
    said = f"{rule.do}: helped {rule.helped}, harmed {rule.harmed}; helps with probability {helps.get('mean', 0):.2f}"
    without = bool(session) and any(o["withheld"] for o in desk.reported(id, limit=1))
    held = (f"session {session} went without it: that counts for the lift (compoundry outcomes {id}), not for the rule",) if without else ()
    return Shown(rule.body, (said, *held))


@command(app, "outcomes", open_desk, ON_A_DESK)
def outcomes(desk: Desk, id: RuleId, limit: Limit = 50) -> Shown:
    """List what was reported of a rule, and what the rule changes."""
    found, lift = desk.reported(id, limit=limit), desk.lift(id)
    rows = [(o["at"], o["outcome"], "withheld" if o["withheld"] else "", o["by"], o["note"]) for o in found]
    said = f"{counted(lift['exposed'], 'session')} with it, {lift['withheld']} without"
    if "difference" in lift:
        said += f"; lift {lift['difference']:+.0%} ({lift['low']:+.0%} to {lift['high']:+.0%})"
    return Shown({"data": list(found), "lift": lift}, (Table(("at", "outcome", "", "by", "note"), rows, "nothing reported yet"), said))


@command(app, "polish", open_desk, ON_A_DESK)
def polish(desk: Desk, most: Annotated[int, typer.Option(min=1, max=20, help="How many rules to ask about.")] = 10) -> Shown:
    """Ask a language model (COMPOUNDRY_CHAT) for better words of rules; words that the evidence lacks are refused."""
    told = desk.polish(most=most)
    rows = [("taken", one["words"], "") for one in told["done"]] + [("refused", one["words"], one["why"]) for one in told["refused"]]
    return Shown(told, (Table(("", "words", "why"), rows, "every rule has its words already"),))


@command(app, "import-rules", open_desk, ON_A_DESK)
def import_rules(
    desk: Desk, file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="AGENTS.md, CLAUDE.md, Cursor rules, …")]
) -> Shown:
    """Take over the rules of a file as active ones; what is known already is left alone."""
    try:
        document = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} can't be read: {error}") from None
    done = desk.import_rules(document, name=file.name)
    rows = [(str(one["line"]), one["why"], one["text"]) for one in done["unread"]]
    said = f"{counted(len(done['new']), 'new rule')}, {done['known']} known already, {counted(len(rows), 'line')} left out"
    return Shown(done, (said, *([Table(("line", "left out because", "text"), rows)] if rows else [])))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
