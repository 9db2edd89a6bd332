"""Write the reference pages from the code itself, so that they can't be out of date: `python -m tools.reference FOLDER`."""

import asyncio
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx2
import typer
from starlette.types import ASGIApp

from compoundry import errors, jobs
from compoundry.api.server import api
from compoundry.cli.program import app as program
from compoundry.mcp.tools import TOOLS
from compoundry.service.access import SECTIONS
from compoundry.service.app import App
from compoundry.settings import Settings
from compoundry.store.database import open_database

FOLDER: Final = Path("docs/reference")
Lines = Iterator[str]


def pages() -> Mapping[str, str]:
    """Return each generated page by its file name, as Markdown."""
    made = {
        "http.md": _http,
        "cli.md": _cli,
        "settings.md": _settings,
        "policy.md": _policy,
        "errors.md": _errors,
        "library.md": _library,
        "client.md": _client,
        "mcp.md": _mcp,
    }
    return {name: "\n".join(page()) + "\n" for name, page in made.items()}


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document as a client gets it."""
    with TemporaryDirectory() as folder:
        return asyncio.run(_ask(api(App(open_database(f"sqlite:///{folder}/none.db")), Settings()), "/openapi.json"))


async def _ask(served: ASGIApp, path: str) -> dict[str, Any]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(served), base_url="http://reference") as client:
        document: dict[str, Any] = (await client.get(path)).json()
        return document


def commands() -> Iterator[tuple[str, Any]]:
    """List every command that can be typed, with its words: `key create`."""
    yield from _commands(typer.main.get_command(program), "")


def _commands(group: Any, words: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{words}{name} ")
        else:
            yield f"{words}{name}", command


def _http() -> Lines:
    """Write the calls that the server answers."""
    yield "# HTTP API\n"
    yield "All paths begin with the address of the server. Errors have one shape: `code`, `message` (one sentence that says"
    yield "what to do), `request_id`. The same as a machine-readable document: `/openapi.json`; to try it out: `/docs`.\n"
    for path, operations in openapi()["paths"].items():
        for method, operation in operations.items():
            yield f"## {method.upper()} `{path}`\n"
            yield f"{operation.get('description', operation.get('summary', ''))}\n"
            if scope := operation.get("x-scope"):
                yield f"Scope: `{scope}`.\n"
            yield from _parameters(operation.get("parameters", []))
            yield f"Answers: {', '.join(operation['responses'])}.\n"


def _parameters(parameters: list[dict[str, Any]]) -> Lines:
    if parameters:
        yield "| parameter | in | what |"
        yield "|---|---|---|"
        yield from (f"| `{p['name']}` | {p['in']} | {_cell(p.get('description', ''))} |" for p in parameters)
        yield ""


def _cli() -> Lines:
    """Write the commands with their arguments and options."""
    yield "# Command line\n"
    yield f"{program.info.epilog}\n"
    for words, command in commands():
        yield f"## compoundry {words}\n"
        yield f"{inspect.cleandoc(command.help or '')}\n"
        yield "| argument or option | what |"
        yield "|---|---|"
        for p in command.params:
            spelled = ", ".join(f"`{o}`" for o in p.opts) if p.opts[0].startswith("-") else f"`{p.metavar or p.name.upper()}`"
            yield f"| {spelled} | {_cell(p.help or '')} |"
        yield ""


def _settings() -> Lines:
    """Write the settings of a process."""
    yield "# Settings of a process\n"
    yield "Read once from the environment. Settings of a workspace, such as thresholds and half-lives, are its [policy](policy.md).\n"
    yield "| variable | default | what |"
    yield "|---|---|---|"
    for name, field in Settings.model_fields.items():
        yield f"| `COMPOUNDRY_{name.upper()}` | `{field.default!r}` | {_cell(field.description or '')} |"


def _policy() -> Lines:
    """Write the settings of a workspace, section by section."""
    yield "# Policy of a workspace\n"
    yield "Shown and changed with `compoundry policy SECTION NAME=VALUE`, `GET /v1/policy` and `PUT /v1/policy/{section}`.\n"
    sections = {**{type: job.module.Policy for type, job in jobs.found().items()}, **SECTIONS}
    for section, kind in sections.items():
        yield f"## {section}\n"
        yield f"{inspect.getdoc(kind)}\n"
        yield "| setting | default |"
        yield "|---|---|"
        yield from (f"| `{field.name}` | `{getattr(kind(), field.name)!r}` |" for field in fields(kind))
        yield ""


def _errors() -> Lines:
    """Write the errors, as the code draws them."""
    told = inspect.getdoc(errors) or ""
    yield "# Errors\n"
    yield "The type is what `error_details.type` of a failed run says, written with underscores: `plan_broken`.\n"
    yield "```text"
    yield told[told.index("CompoundryError") :].rstrip()
    yield "```"


def _library() -> Lines:
    """Write the embedded library."""
    yield "# Library\n"
    yield "::: compoundry.library\n    options:\n      inherited_members: true\n"


def _client() -> Lines:
    """Write the HTTP client, sync and async."""
    yield "# Client\n"
    yield "::: compoundry.client\n"


def _mcp() -> Lines:
    """Write the tools that agents see."""
    yield "# MCP tools\n"
    for tool in TOOLS:
        yield f"## {tool.name}\n"
        yield f"{tool.description}\n\nScope: `{tool.scope}`.\n"
        yield "| argument | what |"
        yield "|---|---|"
        yield from (f"| `{name}` | {_cell(field.description or '')} |" for name, field in tool.asks.model_fields.items())
        yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def write(folder: Path) -> None:
    """Write every generated page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages().items():
        (folder / name).write_text(page)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
