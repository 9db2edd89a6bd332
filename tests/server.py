"""Start a real server process, and talk to it over a real socket."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import httpx2

from compoundry.app import assemble
from compoundry.service import access
from compoundry.settings import Settings

ALL_SCOPES = "record.read,record.write,insight.stream"
BASE = "/api/developers/v1"


@dataclass(frozen=True)
class Served:
    """Hold a running server: its URL and its process."""

    url: str
    process: subprocess.Popen[str]

    def client(self, key: str | None) -> httpx2.Client:
        """Return a client that sends this key."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx2.Client(base_url=self.url + BASE, headers=headers, timeout=20)


def new_key(database_url: str, *, scopes: str = ALL_SCOPES, name: str = "Acme") -> str:
    """Make a workspace and a key of it."""
    parts = assemble(Settings(encoder="hashed"), database_url)
    workspace = access.create_workspace(parts.app, name)
    made = access.create_key(parts.app, workspace.id, scopes=scopes.split(","))
    parts.close()
    return made.key


@contextmanager
def serving(database_url: str, *options: str, **environment: str) -> Iterator[Served]:
    """Serve until the end of the block; killed, because leaving in order takes a second and is tested by itself."""
    process = start("serve", "--port", "0", "--database", database_url, *options, environment=environment)
    try:
        yield Served(ready_url(process), process)
    finally:
        process.kill()
        process.wait(timeout=20)


def start(
    *args: str,
    module: str = "compoundry",
    stderr: int | IO[str] = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
    **more: str,
) -> subprocess.Popen[str]:
    """Start a process of ours."""
    command: Sequence[str] = [sys.executable, "-m", module, *args]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=stderr, text=True, env={**_environment(), **(environment or {}), **more}
    )


def ready_url(process: subprocess.Popen[str]) -> str:
    """Wait for the line with the server's URL."""
    assert process.stdout is not None
    for line in process.stdout:
        if "http://" in line:
            return "http://" + line.split("http://")[1].split()[0]
    raise AssertionError(f"the server ended with {process.wait()}")


def _environment() -> dict[str, str]:
    return {**os.environ, "COMPOUNDRY_ENCODER": "hashed", "NO_COLOR": "1"}
