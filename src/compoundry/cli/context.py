"""Tell texts and ask questions."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from compoundry.cli import exits
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, open_desk
from compoundry.cli.show import Shown, Table
from compoundry.client.nouns import Body
from compoundry.errors import Invalid

app = typer.Typer()

_STDIN = "-"


@command(app, "tell", open_desk, ON_A_DESK)
def tell(
    desk: Desk,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, allow_dash=True, help="A text: notes, a mail; - reads stdin.")],
    context: Annotated[str, typer.Option(help="What it is, such as: sales call notes.")] = "",
) -> Shown:
    """Cut a text into insights: the sentences about known or named entities."""
    try:
        content = sys.stdin.read() if str(file) == _STDIN else file.read_text(encoding="utf-8-sig")
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


def _shown(told: Body) -> Shown:
    said = f"artifact {told['artifact_id']}: {told['status']}"
    result = told.get("result")
    if not result:
        wrong = f"; {told['error']}" if "error" in told else ""
        return Shown(told, (said + wrong,), exit=exits.RUN_FAILED if told["status"] == "failed" else exits.DONE)
    counts = f"{result['insights_created']} insights, {result['entities_created']} new entities, {result['entities_updated']} known ones"
    rows = [(one["id"], one["content"]) for one in result["insights"]]
    return Shown(told, (f"{said}; {counts}", Table(("id", "content"), rows, "no sentence about anybody")))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
