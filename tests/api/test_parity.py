"""Five hundred answers of the two public endpoints, in every state, have exactly the documented shape."""

import threading
from collections import Counter
from typing import Any

from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from compoundry import jobs
from compoundry.api.server import api
from compoundry.app import Parts
from compoundry.engine.execution import execute
from compoundry.service import access
from compoundry.store import claims
from compoundry.store.claims import Lease
from compoundry.store.database import clock
from tests.made import NOTES
from tests.server import ALL_SCOPES, BASE

WORKSPACES = 9
JOB = {"enum": ["consolidation", "pattern_detection", "playbook_synthesis", "decay_sweep", "metrics"]}
WHOLE = {"type": "integer", "minimum": 0, "exclusiveMaximum": 2**53}
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
ID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
NOTHING_NULL = {"not": {"type": "null"}}
TRIGGERED = Draft202012Validator(
    {
        "type": "object",
        "required": ["job_run_id", "job_type", "workspace_id", "dry_run", "status", "success"],
        "additionalProperties": NOTHING_NULL,
        "properties": {
            "job_run_id": ID, "job_type": JOB, "workspace_id": WHOLE, "dry_run": {"type": "boolean"}, "status": {"const": "accepted"},
            "success": {"const": True},
        },
    }
)  # fmt: skip
STATUS = Draft202012Validator(
    {
        "type": "object",
        "required": [
            "job_run_id", "job_type", "workspace_id", "status", "dry_run", "insights_scanned", "insights_affected", "candidates_created",
            "errors", "started_at",
        ],
        "additionalProperties": NOTHING_NULL,
        "properties": {
            "job_run_id": ID, "job_type": JOB, "workspace_id": WHOLE, "status": {"enum": ["accepted", "running", "completed", "failed"]},
            "dry_run": {"type": "boolean"}, "insights_scanned": WHOLE, "insights_affected": WHOLE,
            "candidates_created": WHOLE, "errors": WHOLE,
            "started_at": INSTANT, "completed_at": INSTANT, "duration_ms": WHOLE,
            "error_details": {"type": "object", "required": ["type", "message"]},
        },
        "allOf": [
            {
                "if": {"properties": {"status": {"enum": ["completed", "failed"]}}},
                "then": {"required": ["completed_at", "duration_ms"]},
                "else": {"not": {"anyOf": [{"required": ["completed_at"]}, {"required": ["duration_ms"]}]}},
            },
            {
                "if": {"properties": {"status": {"const": "failed"}}},
                "then": {"required": ["error_details"], "properties": {"errors": {"minimum": 1}}},
                "else": {"not": {"required": ["error_details"]}},
            },
        ],
    }
)  # fmt: skip


def test_every_answer_of_both_endpoints_has_the_documented_shape(parts: Parts) -> None:
    seen = Counter[tuple[str, str, bool]]()
    for n in range(WORKSPACES):
        key = access.create_key(parts.app, access.create_workspace(parts.app, f"Team {n}").id, scopes=ALL_SCOPES.split(",")).key
        client = TestClient(api(parts.app, parts.settings), headers={"Authorization": f"Bearer {key}"})
        known = client.post(BASE + "/insights", json=NOTES).json()["ids"]
        if n % 3 == 2:
            client.put(BASE + "/policy/canaries", json={"must_stay": known})
        for job in jobs.found():
            for dry_run in (True, False):
                run = _triggered(client, job, dry_run)
                for act in (None, _begin, _carry_out):
                    if act:
                        act(parts)
                    seen[_read(client, run)] += 1
                cancelled = _triggered(client, job, dry_run)
                client.post(f"{BASE}/compounding/jobs/{cancelled}/cancel")
                seen[_read(client, cancelled)] += 1
                seen["", "trigger", dry_run] += 2
    assert sum(seen.values()) >= 500
    for job in jobs.found():
        for state in ("accepted", "running", "completed", "failed"):
            assert seen[job, state, True], (job, state)
            assert seen[job, state, False], (job, state)


def _triggered(client: TestClient, job: str, dry_run: bool) -> str:
    answer = client.post(f"{BASE}/compounding/trigger", json={"job_type": job, "dry_run": dry_run}).json()
    TRIGGERED.validate(answer)
    id: str = answer["job_run_id"]
    return id


def _read(client: TestClient, run: str) -> tuple[str, str, bool]:
    answer: dict[str, Any] = client.get(f"{BASE}/compounding/jobs/{run}").json()
    STATUS.validate(answer)
    return answer["job_type"], answer["status"], answer["dry_run"]


_held: list[Any] = []


def _begin(parts: Parts) -> None:
    """Claim the run that waits, as a worker does, after the time that its job lets pass."""
    with parts.app.database.write() as connection:
        _held.append(claims.claim(connection, Lease("me", 60), clock(connection).replace(year=2999)))


def _carry_out(parts: Parts) -> None:
    execute(parts.shop, _held.pop(), threading.Event())
