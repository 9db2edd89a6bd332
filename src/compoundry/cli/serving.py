"""Serve, work and migrate."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import FrameType
from typing import Annotated, NoReturn

import typer

from compoundry.cli.command import ON_A_DATABASE, command
from compoundry.cli.show import Shown, show
from compoundry.cli.where import Where

app = typer.Typer()
_STOPS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def _place(where: Where) -> Iterator[Where]:
    yield where


@command(app, "serve", _place, ON_A_DATABASE)
def serve(
    where: Where,
    host: Annotated[str | None, typer.Option(help="The address to listen on; else COMPOUNDRY_HOST, else 127.0.0.1.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port; 0 picks a free one; else COMPOUNDRY_PORT, else 8787.")
    ] = None,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Whether runs are carried out in this process.")] = True,
) -> None:
    """Serve the API; prints one line with the URL when it is ready."""
    from compoundry.api.serve import serve as listen  # FastAPI and uvicorn take 0.5 s to import, and only this command needs them
    from compoundry.app import assemble
    from compoundry.mcp.http import PATH, Endpoint
    from compoundry.settings import settings

    for sign in _STOPS:
        signal.signal(sign, _stop)  # uvicorn stops in order first, and then raises the signal again
    known = settings()
    parts = assemble(known, where.database)
    try:
        listen(
            parts,
            host=host or known.host,
            port=known.port if port is None else port,
            worker=worker,
            ready=lambda url: _ready(where, "serving", url),
            beside={PATH: Endpoint(parts.app)} if find_spec("mcp") else {},
        )
    finally:
        parts.close()


@command(app, "worker", _place, ON_A_DATABASE)
def worker(
    where: Where,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Where to show Prometheus metrics; else COMPOUNDRY_METRICS_PORT, else nowhere.")
    ] = None,
) -> None:
    """Carry out runs until told to stop; one worker for an SQLite file, any number for PostgreSQL."""
    from prometheus_client import start_http_server  # these take 0.5 s to import, and --help must be quick

    from compoundry.app import assemble
    from compoundry.settings import settings

    known = settings()
    parts = assemble(known, where.database)
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)  # so they wait for `sigwait`: a handler may run between two looks, and be missed
    working = parts.employ()
    if port := known.metrics_port if metrics_port is None else metrics_port:
        start_http_server(port, known.host)
    _ready(where, "working", parts.app.database.engine.url.render_as_string(hide_password=True))
    signal.sigwait(_STOPS)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
    parts.leave()
    working.close()
    parts.close()


@command(app, "migrate", _place, ON_A_DATABASE)
def migrate(where: Where) -> Shown:
    """Bring the database to the schema of this version."""
    from compoundry.settings import settings  # SQLAlchemy takes 0.4 s to import, and --help must be quick
    from compoundry.store.database import open_database
    from compoundry.store.migrate import migrate as upgrade

    database = open_database(where.database or settings().database)
    try:
        before, after = upgrade(database)
    finally:
        database.close()
    said = f"the schema is {after} already" if before == after else f"from {before or 'nothing'} to schema {after}"
    return Shown({"before": before, "after": after}, (said,))


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    """End as told: that is no failure."""
    sys.exit(0)


def _ready(where: Where, doing: str, place: str) -> None:
    show(Shown({doing: place} if where.as_json else {}, (f"{doing} {'on ' if doing == 'working' else ''}{place}",)), as_json=where.as_json)
    sys.stdout.flush()


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
