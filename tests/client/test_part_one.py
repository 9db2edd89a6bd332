"""The client works against a server that speaks the fixed part of the contract and nothing more."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from compoundry.client import Client, NotFound, Progress, Retries

RUN = {"job_run_id": "3f2b", "job_type": "consolidation", "workspace_id": 7, "dry_run": False}
COUNTS = {"insights_scanned": 4, "insights_affected": 2, "candidates_created": 1, "errors": 0, "started_at": "2026-03-01T10:00:00Z"}
INSIGHT = {
    "id": "91",
    "workspace_id": "7",
    "content": "Dana prefers email.",
    "type": "preference",
    "type_description": "preference",
    "entities": [{"id": "5", "name": "Dana", "type": "person"}],
    "confidence": 0.8,
    "confidence_level": "high",
    "target": {"type": "entity", "entity_type": "person", "hint": "Dana"},
    "evidence": [{"excerpt": "write to me", "artifact": {}}],
    "created_at": "2026-03-01T10:00:00Z",
}


class Foreign(BaseHTTPRequestHandler):
    """Answer as the public API does, and 404 to everything else."""

    asked: list[str]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(202, {**RUN, "status": "accepted", "success": True})

    def do_GET(self) -> None:
        self.asked.append(self.path)
        path = self.path.split("?")[0]
        polls = sum("/jobs/3f2b" in asked and "progress" not in asked for asked in self.asked)
        if path == "/api/developers/v1/insights":
            self._answer(200, {"insights": [INSIGHT]})
        elif path != "/api/developers/v1/compounding/jobs/3f2b":
            self._answer(404, {"code": 404, "message": "not found"})
        elif polls == 1:
            self._answer(429, {"code": 429, "message": "slow down"}, {"Retry-After": "0"})
        elif polls < 4:
            self._answer(200, {**RUN, **COUNTS, "status": "running"})
        else:
            self._answer(200, {**RUN, **COUNTS, "status": "completed", "completed_at": "2026-03-01T10:00:01.5Z", "duration_ms": 1500})

    def _answer(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        sent = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(sent)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def foreign() -> Iterator[str]:
    """Serve the public API."""
    Foreign.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_run_is_triggered_and_followed_by_plain_polling(foreign: str) -> None:
    heard: list[Progress] = []
    with Client(foreign, "sk-any") as client:
        run = client.trigger("consolidation").wait(timeout=20, on_progress=heard.append)
    assert (run.status, run.insights_scanned, run.duration_ms) == ("completed", 4, 1500)
    assert heard == []
    assert sum("progress" in path for path in Foreign.asked) == 1, "a server that knows no progress is asked once"


def test_insights_are_read_under_either_name(foreign: str) -> None:
    with Client(foreign, "sk-any") as client:
        (found,) = client.insights.list()
    assert (found.id, found.content, found.entities[0].name, found.standing) == ("91", "Dana prefers email.", "Dana", "active")


def test_what_such_a_server_does_not_know_is_not_found(foreign: str) -> None:
    with Client(foreign, "sk-any", retries=Retries(most=0)) as client, pytest.raises(NotFound):
        list(client.changes("3f2b"))
