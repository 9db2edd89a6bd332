"""Show and change the settings of a workspace."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from compoundry.cli import profiles as places
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, open_desk
from compoundry.cli.show import Shown, Table
from compoundry.cli.where import Where
from compoundry.client.nouns import Body
from compoundry.errors import Invalid

app = typer.Typer()

Section = Annotated[str | None, typer.Argument(help="A job type, canaries or sources; all when left out.")]
Settings = Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="What to change; null brings a default back.")]


@command(app, "policy", open_desk, ON_A_DESK)
def policy(desk: Desk, section: Section = None, settings: Settings = None) -> Shown:
    """Show the settings of the workspace, or change those of one job."""
    if section and (given := dict(_setting(one) for one in settings or ())):
        return _shown({section: desk.configure(section, given)})
    known = desk.policy()
    if section and section not in known:
        raise Invalid(f"there are no settings for {section!r}; one of {', '.join(known)}")
    return _shown({section: known[section]} if section else known)


@contextmanager
def _nowhere(where: Where) -> Iterator[None]:
    yield None


@command(app, "profiles", _nowhere, {})
def profiles(_: None) -> Shown:
    """List the profiles, without their keys, and the file where they stand."""
    known = {name: {**said, **({"api_key": "…"} if "api_key" in said else {})} for name, said in places.profiles().items()}
    rows = [(name, str(said.get("url") or said.get("database", "")), str(said.get("workspace", ""))) for name, said in known.items()]
    empty = f"none yet; write them into {places.file()}, such as: [acme] url = 'http://127.0.0.1:8787'"
    return Shown({"file": str(places.file()), "profiles": known}, (Table(("profile", "place", "workspace"), rows, empty),))


def _shown(known: Body) -> Shown:
    rows = [(section, name, json.dumps(value, default=str)) for section, values in known.items() for name, value in values.items()]
    return Shown(known, (Table(("section", "setting", "value"), rows, "no settings"),))


def _setting(text: str) -> tuple[str, object]:
    """Read NAME=VALUE; a value that is no JSON is text.

    >>> _setting("merge_at=0.9")
    ('merge_at', 0.9)
    """
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Invalid(f"a setting is written NAME=VALUE, not {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.add_typer(app)
