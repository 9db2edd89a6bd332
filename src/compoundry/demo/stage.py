"""Set the stage: a server process on a free port, with a database that is thrown away."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from compoundry.app import Parts, assemble
from compoundry.errors import Unavailable
from compoundry.model import SCOPES
from compoundry.service import access
from compoundry.service import runs as runs_service
from compoundry.settings import Settings


@dataclass(frozen=True)
class Stage:
    """Hold the running server and the database behind it."""

    url: str
    parts: Parts

    @contextmanager
    def workspace(self, name: str) -> Iterator["Desk"]:
        """Open a new workspace over HTTP."""
        made = access.create_workspace(self.parts.app, name)
        key = access.create_key(self.parts.app, made.id, scopes=SCOPES).key
        headers = {"Authorization": f"Bearer {key}"}
        with httpx2.Client(base_url=f"{self.url}/api/developers/v1", headers=headers, timeout=120) as http:
            yield Desk(http, self.parts, made.id)


@dataclass(frozen=True)
class Desk:
    """Talk to one workspace, only in the words that every HTTP client has."""

    http: httpx2.Client
    parts: Parts
    workspace_id: int

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return what is at a path."""
        answer: dict[str, Any] = self.http.get(path, params=query).raise_for_status().json()
        return answer

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        """Send something, and return the answer."""
        answer: dict[str, Any] = self.http.post(path, json=body if body is not None else {}).raise_for_status().json()
        return answer

    def everything(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return a whole list, page by page."""
        found: list[dict[str, Any]] = []
        page = self.get(path, limit=100, **query)
        while True:
            found += page["data"]
            if "next_cursor" not in page:
                return found
            page = self.get(path, limit=100, cursor=page["next_cursor"], **query)

    def state_hash(self) -> str:
        """Return the hash of everything that jobs can change."""
        return runs_service.state_hash(self.parts.app, access.operator(self.workspace_id))


@contextmanager
def staged() -> Iterator[Stage]:
    """Start the server, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="compoundry-demo-") as folder:
        url = f"sqlite:///{Path(folder)}/demo.db"
        parts = assemble(Settings(), url)
        command = [sys.executable, "-m", "compoundry", "serve", "--port", "0", "--database", url]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "NO_COLOR": "1"}
        )
        try:
            yield Stage(_ready(process), parts)
        finally:
            process.terminate()
            process.wait(timeout=20)
            parts.close()


def _ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if "http://" in line:
            return "http://" + line.split("http://")[1].split()[0]
    raise Unavailable("the demo's server didn't start; try: compoundry serve --port 0")
