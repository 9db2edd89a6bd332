"""A PostgreSQL server of a test's own, which may be stopped, started and frozen at will."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from compoundry.store.database import open_database
from compoundry.store.migrate import migrate

OWNER = "postgres"


@dataclass(frozen=True)
class Cluster:
    """Hold a server's programs, its folder and its port."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start, and return when connections are taken."""
        self._run("pg_ctl", "-D", str(self.folder / "db"), "-l", str(self.folder / "log"), "-w", "start")

    def stop(self) -> None:
        """Stop as in a crash: nothing is finished, connections are cut."""
        self._run("pg_ctl", "-D", str(self.folder / "db"), "-m", "immediate", "-w", "stop")

    def make(self) -> None:
        """Make an empty cluster that listens on the port."""
        self._run("initdb", "-D", str(self.folder / "db"), "-U", OWNER, "-A", "trust", "--no-sync")
        chosen = f"max_connections = 300\nport = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{self.folder}'\n"
        with (self.folder / "db" / "postgresql.conf").open("a") as conf:
            conf.write(chosen)

    def _run(self, program: str, *args: str) -> None:
        """Run as the user that PostgreSQL wants: it refuses root. What it says is kept in a file, because servers keep pipes open."""
        command = [str(self.programs / program), *args]
        as_owner = command if Path.home() != Path("/root") else ["runuser", "-u", OWNER, "--", *command]
        with (self.folder / "said").open("a") as said:
            subprocess.run(as_owner, check=True, stdout=said, stderr=said, cwd=self.folder, timeout=60)


@contextmanager
def with_schema() -> Iterator[Cluster]:
    """Give a running server that has our schema."""
    with running() as made:
        database = open_database(made.url)
        migrate(database)
        database.close()
        yield made


@contextmanager
def running() -> Iterator[Cluster]:
    """Give a running server; skip where its programs are missing."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="compoundry-cluster-"))
    if Path.home() == Path("/root"):
        shutil.chown(folder, OWNER)
    cluster = Cluster(programs, folder, _free_port())
    cluster.make()
    cluster.start()
    try:
        yield cluster
    finally:
        if (folder / "db" / "postmaster.pid").exists():
            cluster.stop()
        shutil.rmtree(folder)


def _programs() -> Path:
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not places or not (places[-1] / "initdb").exists():
        pytest.skip("no initdb: install the PostgreSQL server to test what happens when it is away")
    return places[-1]


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port
