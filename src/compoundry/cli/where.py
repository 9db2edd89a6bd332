"""Know where the insights are: in a database, or behind a server's URL."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from compoundry.errors import Invalid

_URL, _DATABASE, _KEY = "COMPOUNDRY_URL", "COMPOUNDRY_DATABASE_URL", "COMPOUNDRY_API_KEY"
_WORKSPACE = "COMPOUNDRY_WORKSPACE"
_PANEL = "Where"
_VALUED = ("--database", "--url", "--api-key", "--workspace", "-w", "--profile")

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        rich_help_panel=_PANEL,
        help=f"sqlite:///file.db or postgresql://user@host:port/name; else {_DATABASE}.",
    ),
]
Url = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", rich_help_panel=_PANEL, help=f"A server to talk to instead of a database; else {_URL}."),
]
ApiKey = Annotated[
    str | None, typer.Option("--api-key", metavar="KEY", rich_help_panel=_PANEL, help=f"The key for that server; better in {_KEY}.")
]
Workspace = Annotated[
    int | None,
    typer.Option(
        "--workspace",
        "-w",
        metavar="ID",
        rich_help_panel=_PANEL,
        help=f"The workspace in a database, if there are several; else {_WORKSPACE}. A server's key belongs to one.",
    ),
]
Profile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", rich_help_panel=_PANEL, help="A place named in profiles.toml; else COMPOUNDRY_PROFILE."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


@dataclass(frozen=True, slots=True)
class Where:
    """Hold what the command line and its profile say about the place, before the environment is asked."""

    database: str | None = None
    url: str | None = None
    api_key: str | None = None
    workspace: int | None = None
    profile: str | None = None
    as_json: bool = False

    @property
    def server(self) -> str | None:
        """Return the server's URL; what the command line says goes before what the environment says."""
        return self.url or (None if self.database else os.environ.get(_URL) or None)

    @property
    def key(self) -> str:
        """Return the key for the server."""
        return self.api_key or os.environ.get(_KEY, "")

    @property
    def in_workspace(self) -> int | None:
        """Return the id of the workspace that is meant, None when none is named."""
        named = os.environ.get(_WORKSPACE, "")
        if self.workspace is not None or not named:
            return self.workspace
        if not named.isdecimal():
            raise Invalid(f"{_WORKSPACE}: must be the id of a workspace, not {named[:40]!r}")
        return int(named)

    @property
    def names_database(self) -> bool:
        """Tell whether a database was named, so that its owner means it."""
        return bool(self.database or os.environ.get(_DATABASE))


def command_first(args: Sequence[str]) -> list[str]:
    """Move what says where, and --json, from before the command to its end, where the command reads it.

    >>> command_first(["--profile", "acme", "--json", "insights", "--limit", "3"])
    ['insights', '--limit', '3', '--profile', 'acme', '--json']
    >>> command_first(["--workspace=2", "recall", "--", "--odd"]), command_first(["--version"])
    (['recall', '--workspace=2', '--', '--odd'], ['--version'])
    """
    at = 0
    while at < len(args) and args[at].partition("=")[0] in (*_VALUED, "--json"):
        at += 2 if args[at] in _VALUED else 1
    place, rest = args[:at], args[at:]
    if not rest:
        return list(args)
    end = rest.index("--") if "--" in rest else len(rest)
    return [*rest[:end], *place, *rest[end:]]
