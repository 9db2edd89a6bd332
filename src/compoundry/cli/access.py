"""Make workspaces and keys, where the database is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from compoundry.cli.command import ON_A_DATABASE, command
from compoundry.cli.shapes import moment
from compoundry.cli.show import Shown, Table
from compoundry.cli.where import Where, Workspace
from compoundry.errors import Invalid

if TYPE_CHECKING:
    from compoundry.cli.door import Door
    from compoundry.store.keys import Key

_workspaces = typer.Typer(no_args_is_help=True, help="Make and list workspaces.")
_keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")

_ON_A_WORKSPACE = {**ON_A_DATABASE, "workspace": Workspace}


@contextmanager
def _door(where: Where, *, make: bool = False) -> Iterator["Door"]:
    if where.server and not where.names_database:
        raise Invalid("workspaces and keys are made where the database is; name it with --database")
    from compoundry.cli.door import open_door  # SQLAlchemy takes 0.4 s to import, and --help must be quick

    with open_door(where, make=make) as door:
        yield door


@command(_workspaces, "create", partial(_door, make=True), ON_A_DATABASE)
def create_workspace(door: "Door", name: Annotated[str, typer.Argument(help="What people call it.")]) -> Shown:
    """Make a workspace: one team's insights, apart from all others'."""
    twins = [one.id for one in door.workspaces() if one.name == name.strip()]
    made = door.create_workspace(name)
    body = {"id": made.id, "name": made.name, "slug": made.slug, "created_at": moment(made.created_at)}
    return Shown(
        body,
        (
            f"workspace {made.id}: {made.name}",
            *((f"mind that workspace {twins[0]} has the same name; tell them apart by id, or by slug ({made.slug})",) if twins else ()),
            f"a key for it: compoundry key create --workspace {made.id} --scopes record.read,record.write,insight.stream",
        ),
    )


@command(_workspaces, "list", _door, ON_A_DATABASE)
def list_workspaces(door: "Door") -> Shown:
    """List the workspaces of the database."""
    found = door.workspaces()
    rows = [(str(w.id), w.name, w.slug, moment(w.created_at)) for w in found]
    body = {"data": [{"id": w.id, "name": w.name, "slug": w.slug, "created_at": moment(w.created_at)} for w in found]}
    return Shown(
        body, (Table(("id", "name", "slug", "created"), rows, "no workspaces yet; make one with: compoundry workspace create NAME"),)
    )


@command(_keys, "create", _door, _ON_A_WORKSPACE)
def create_key(
    door: "Door",
    scopes: Annotated[str, typer.Option(help="What the key may do, with commas between: record.read, record.write, insight.stream.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    expires: Annotated[datetime | None, typer.Option(help="When it stops being valid, in UTC.")] = None,
) -> Shown:
    """Make an API key; it is shown now and never again."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    made = door.create_key(scopes=wanted, name=name, expires_at=expires.replace(tzinfo=UTC) if expires else None)
    return Shown({"key": made.key, **_body(made.about)}, (made.key, "keep it now: only its hash is stored"))


@command(_keys, "list", _door, _ON_A_WORKSPACE)
def list_keys(door: "Door") -> Shown:
    """List the keys of a workspace, without their secrets."""
    found = door.keys()
    rows = [
        (k.id, k.name, k.hint + "…", ", ".join(k.scopes), moment(k.created_at), moment(k.expires_at), moment(k.revoked_at)) for k in found
    ]
    columns = ("id", "name", "key", "scopes", "created", "expires", "revoked")
    return Shown({"data": [_body(key) for key in found]}, (Table(columns, rows, "no keys yet; make one with: compoundry key create"),))


@command(_keys, "revoke", _door, ON_A_DATABASE)
def revoke_key(door: "Door", id: Annotated[str, typer.Argument(help="The key's id, as `key list` shows it.")]) -> Shown:
    """Make a key useless from now on."""
    door.revoke_key(id)
    return Shown({"id": id, "revoked": True}, (f"key {id} is revoked",))


def _body(key: "Key") -> dict[str, object]:
    """Shape a key for JSON, without its digest; what isn't so is left out."""
    known = {"id": key.id, "workspace_id": key.workspace_id, "name": key.name, "hint": key.hint, "scopes": list(key.scopes)}
    times = {"created_at": moment(key.created_at), "expires_at": moment(key.expires_at), "revoked_at": moment(key.revoked_at)}
    return {**known, **{name: at for name, at in times.items() if at}}


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(_workspaces, name="workspace")
    program.add_typer(_keys, name="key")
