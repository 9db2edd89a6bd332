"""Tell texts and ask questions."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from compoundry.cli import exits
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, open_desk
from compoundry.cli.files import PIPED, there
from compoundry.cli.show import Shown, Table
from compoundry.client.nouns import Body
from compoundry.counting import counted
from compoundry.errors import Invalid

app = typer.Typer()


@command(app, "tell", open_desk, ON_A_DESK)
def tell(
    desk: Desk,
    file: Annotated[Path, typer.Argument(callback=there, help="A text: notes, a mail; - reads stdin.")],
    context: Annotated[str, typer.Option(help="What it is, such as: sales call notes.")] = "",
) -> Shown:
    """Cut a text into insights: the sentences about known or named entities."""
    try:
        content = sys.stdin.read() if file == PIPED else file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} can't be read as text: {error}") from None
    return _shown(desk.tell(content, context=context))


@command(app, "artifact", open_desk, ON_A_DESK)
def artifact(desk: Desk, id: Annotated[str, typer.Argument(metavar="ID", help="The artifact's id.")]) -> Shown:
    """Tell what became of a text."""
    return _shown(desk.artifact(id))


@command(app, "ask", open_desk, ON_A_DESK)
def ask(desk: Desk, question: Annotated[str, typer.Argument(help="What you want to know.")]) -> Shown:
    """Answer a question with what is known, quoted and cited; says so when nothing is."""
    reply = desk.ask(question)
    rows = [
        (str(one["citation"]), one["id"], f"{one['score']:.2f}", f"{one['confidence']:.2f}", one["observed_at"][:10], one["content"])
        for one in reply["signals_used"]
    ]
    quoted = (Table(("citation", "id", "fits", "confidence", "day", "content"), rows),) if rows else ()
    return Shown(reply, (reply["answer"], *quoted))


@command(app, "graph", open_desk, ON_A_DESK)
def graph(
    desk: Desk,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many insights, the newest ones.")] = 200,
    html: Annotated[Path | None, typer.Option(help="Draw it into this HTML file, which needs no network.")] = None,
) -> Shown:
    """Show how things hang together: who insights are about, what is related, what contradicts what."""
    found = desk.graph(limit=limit)
    if html is not None:
        write(html, desk.graph_page(limit=limit))
    names = {node["id"]: node["name"] for node in found["nodes"]}
    rows = [(edge["predicate"], names[edge["source"]], names[edge["target"]]) for edge in found["edges"]]
    said = f"{found['total_nodes']} nodes, {found['total_edges']} edges" + (f"; drawn into {html}" if html else "")
    return Shown(found, (said, Table(("how", "from", "to"), rows, "nothing hangs together yet")))


@command(app, "playbooks", open_desk, ON_A_DESK)
def playbooks(desk: Desk) -> Shown:
    """List the playbooks: the team's, and one for each entity that rules are about."""
    found = desk.playbooks()
    rows = [(one["id"], str(one["rules"]), one["title"]) for one in found]
    return Shown({"data": list(found)}, (Table(("id", "rules", "title"), rows),))


@command(app, "playbook-of", open_desk, ON_A_DESK)
def playbook_of(desk: Desk, id: Annotated[str, typer.Argument(metavar="ID", help="As `playbooks` shows it.")]) -> Shown:
    """Print one playbook as Markdown."""
    found = desk.one_playbook(id)
    return Shown(found, (found["content"].rstrip("\n"),))


def write(file: Path, text: str) -> None:
    """Write a file; raise Invalid when that can't be done."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{file} can't be written: {error}") from None


def _shown(told: Body) -> Shown:
    said = f"artifact {told['artifact_id']}: {told['status']}"
    result = told.get("result")
    if not result:
        wrong = f"; {told['error']}" if "error" in told else ""
        return Shown(told, (said + wrong,), exit=exits.RUN_FAILED if told["status"] == "failed" else exits.DONE)
    fresh = counted(result["entities_created"], "new entity", "new entities")
    counts = f"{counted(result['insights_created'], 'insight')}, {fresh}, {result['entities_updated']} known"
    rows = [(one["id"], one["content"]) for one in result["insights"]]
    return Shown(told, (f"{said}; {counts}", Table(("id", "content"), rows, "no sentence about anybody")))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
