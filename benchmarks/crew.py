"""Run workers as processes of their own on a PostgreSQL database of our own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from compoundry.app import Parts, assemble
from compoundry.settings import Settings
from compoundry.store.database import open_database
from compoundry.store.migrate import migrate

URL = "COMPOUNDRY_TEST_POSTGRES"


@dataclass(frozen=True)
class Bench:
    """Hold a database of our own, and our parts on it."""

    url: str
    parts: Parts


@contextmanager
def own_database() -> Iterator[Bench]:
    """Make a database, and drop it afterwards."""
    server = make_url(os.environ.get(URL, "postgresql://postgres@127.0.0.1:5432/postgres"))
    admin = create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    name = f"compoundry_bench_{uuid4().hex[:8]}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = server.set(database=name).render_as_string(hide_password=False)
    migrate(open_database(url))
    parts = assemble(Settings(encoder="hashed"), url)
    try:
        yield Bench(url, parts)
    finally:
        parts.close()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def hired(at: Bench, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Run so many worker processes, ready to work."""
    command = [sys.executable, "-m", "compoundry", "worker", "--database", at.url]
    environment = {**os.environ, "COMPOUNDRY_ENCODER": "hashed"}
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment) for _ in range(count)
    ]
    try:
        for worker in started:
            assert worker.stdout is not None
            assert worker.stdout.readline()
        yield started
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.wait()
