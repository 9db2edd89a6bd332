"""Put the commands together, and end with the right exit code."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer
from typer.exceptions import Abort, TyperException

from compoundry import __version__
from compoundry.cli import (
    access,
    agents,
    auditing,
    believing,
    configuring,
    context,
    exits,
    hints,
    hooks,
    loading,
    moving,
    operating,
    reading,
    reviewing,
    rulebook,
    running,
    scheduling,
    serving,
    showing,
)
from compoundry.cli.nouns import grouped
from compoundry.cli.show import complain
from compoundry.cli.where import command_first
from compoundry.client.errors import ClientError
from compoundry.errors import CompoundryError

_EPILOG = (
    "Exit codes: 0 done, 1 run failed, 2 invalid, 3 not allowed, 4 not found, 5 conflict, 6 unreachable, 7 timed out, 70 broken, "
    "130 interrupted.\n\n"
    "Every command takes --json. COMPOUNDRY_DATABASE_URL names a database; COMPOUNDRY_URL and COMPOUNDRY_API_KEY a server; "
    "--profile names a place in profiles.toml. Where to look may be said before the command, too."
)

app = typer.Typer(
    name="compoundry",
    help="Make what agents learn compound.",
    epilog=_EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
_COMMANDS = (
    serving,
    operating,
    agents,
    access,
    loading,
    auditing,
    moving,
    running,
    reading,
    context,
    believing,
    rulebook,
    reviewing,
    configuring,
    scheduling,
    hooks,
    showing,
)
for commands in _COMMANDS:
    commands.add_to(app)
grouped(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"compoundry {__version__}")
        raise typer.Exit


@app.callback()
def _root(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False) -> None:
    """Make what agents learn compound."""


def run(args: Sequence[str]) -> NoReturn:
    """Carry out a command line and end the process."""
    as_json = "--json" in args
    try:
        code = app(args=command_first(args), prog_name="compoundry", standalone_mode=False) or exits.DONE
    except TyperException as error:
        code = _misused(error, as_json=as_json)
    except (CompoundryError, ClientError) as error:
        complain(hints.said(error), exits.body(error), as_json=as_json)
        code = exits.code(error)
    except (KeyboardInterrupt, Abort):
        code = exits.INTERRUPTED
    except Exception as error:
        code = _broken(error, as_json=as_json)
    if code == exits.INTERRUPTED:
        _leave_at_once(as_json=as_json)
    sys.exit(code)


def _misused(error: TyperException, *, as_json: bool) -> int:
    """Say how a command line can't be understood; without any command the help was shown already, and there is no message."""
    context = getattr(error, "ctx", None)
    if message := error.format_message():
        told = f"{message} See: {context.command_path if context else 'compoundry'} --help"
        complain(told, {"code": 400, "message": message, "exit": exits.INVALID}, as_json=as_json)
    return exits.INVALID


def _broken(error: Exception, *, as_json: bool) -> int:
    if os.environ.get("COMPOUNDRY_DEBUG"):
        raise error
    message = f"something broke here: {type(error).__name__}: {error}; COMPOUNDRY_DEBUG=1 shows where"
    complain(message, {"code": 500, "message": message, "exit": exits.BROKEN}, as_json=as_json)
    return exits.BROKEN


def _leave_at_once(*, as_json: bool) -> NoReturn:
    """End without waiting for threads that are in native code; a run that was going on is taken over later."""
    complain("interrupted", {"code": 499, "message": "interrupted", "exit": exits.INTERRUPTED}, as_json=as_json)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exits.INTERRUPTED)
