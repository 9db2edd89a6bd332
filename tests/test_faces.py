"""Every verb of the service can be reached from every face, or there is a reason why not."""

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.routing import APIRoute

from compoundry.api.server import ROUTED
from compoundry.client import calls
from compoundry.client import webhooks as hook_calls
from compoundry.service import (
    access,
    asking,
    beliefs,
    explaining,
    graph,
    happening,
    health,
    insights,
    knowledge,
    moving,
    playbooks,
    polishing,
    recalling,
    review,
    rulebook,
    runs,
    safekeeping,
    schedules,
    sources,
    telling,
    webhooks,
)

SOURCE = Path(inspect.getfile(access)).parents[1]
SERVICE: tuple[ModuleType, ...] = (
    access,
    asking,
    beliefs,
    explaining,
    graph,
    happening,
    health,
    insights,
    knowledge,
    playbooks,
    moving,
    polishing,
    recalling,
    review,
    rulebook,
    runs,
    safekeeping,
    schedules,
    sources,
    telling,
    webhooks,
)
FACES = {
    "api": sorted((SOURCE / "api").glob("*.py")),
    "cli": sorted((SOURCE / "cli").rglob("*.py")),
    "library": sorted((SOURCE / "library").glob("*.py")),
    "mcp": sorted((SOURCE / "mcp").glob("*.py")),
}

OWNERS_ONLY = "whoever owns the database makes workspaces and keys"
NO_KEYS = "a program that opens the file needs no key"
INSIDE = "a step inside other verbs, not a wish of its own"
ELSEWISE = "waits in its own way"
STREAMS = "a stream needs it; others list"
FOR_PEOPLE = "an agent may not set how its own words are weighed, nor erase them"
FEW_TOOLS = "each tool costs every agent tokens; this one is for people and programs"
OWN_WORDS = "an agent words its own sentences, from recall and for remember"
OPERATORS = "operators ask it of an installation, not of a workspace"
NOT_FOR_AGENTS = {
    "access": OWNERS_ONLY,
    "asking": OWN_WORDS,
    "beliefs": FEW_TOOLS,
    "graph": "a picture is for people",
    "happening": STREAMS,
    "playbooks": "the tool playbook gives the team's",
    "health": OPERATORS,
    "safekeeping": OPERATORS,
    "moving": FOR_PEOPLE,
    "schedules": FOR_PEOPLE,
    "sources": FOR_PEOPLE,
    "telling": OWN_WORDS,
    "webhooks": FOR_PEOPLE,
}
MISSING: dict[tuple[str, str], str] = {
    **{
        (verb, "api"): OWNERS_ONLY for verb in ("create_workspace", "list_workspaces", "workspace", "create_key", "list_keys", "revoke_key")
    },
    **{(verb, "library"): NO_KEYS for verb in ("create_key", "list_keys", "revoke_key", "authenticate")},
    **{(verb, face): INSIDE for verb in ("digest", "well_formed", "waiting", "checked_settings", "belief_policy") for face in FACES},
    **{("wait", face): ELSEWISE for face in ("api", "cli", "library")},
    **{(verb, "cli"): OPERATORS for verb in ("must_be_ready", "queue", "measured")},
    **{(verb, "library"): OPERATORS for verb in ("must_be_ready", "queue", "measured", "examine", "save", "bring_back")},
    **{(verb, "api"): OPERATORS for verb in ("examine", "save", "bring_back")},
    ("authenticate", "cli"): "the owner of the database, or the server, decides",
    ("operator", "api"): "callers of the API have keys",
    ("workspace", "library"): "a workspace is opened by its name",
    ("state_hash", "api"): "compares states in tests and in the demo, which open the database",
    ("named", "library"): INSIDE,
    **{(verb, face): STREAMS for verb in ("latest_event", "replay", "batch", "named_workspace") for face in ("cli", "library")},
    **{("state_hash", face): "compares states in tests and in the demo, which open the database" for face in ("cli", "mcp")},
    ("status", "mcp"): "waits for it, if only for no time",
    **{(verb, "mcp"): FOR_PEOPLE for verb in ("forget", "edit", "import_rules", "polish", "rename", "accept_many", "unmerge")},
    **{(verb, "mcp"): FEW_TOOLS for verb in ("recent", "one", "metrics", "rules", "dispositions", "reported", "lift_of")},
    ("status", "library"): "a run has ended when the library returns it",
    ("cancel", "library"): "a run has ended when the library returns it",
}


def verbs() -> list[tuple[str, str]]:
    """List the public functions of the service, each with its module."""
    return [
        (module.__name__.rsplit(".", 1)[-1], name)
        for module in SERVICE
        for name, found in vars(module).items()
        if inspect.isfunction(found) and found.__module__ == module.__name__ and not name.startswith("_")
    ]


def excused(module: str, verb: str, face: str) -> bool:
    """Tell whether there is a reason why this verb can't be reached from this face."""
    return (verb, face) in MISSING or (face == "mcp" and module in NOT_FOR_AGENTS)


def used(files: list[Path]) -> set[tuple[str, str]]:
    """Find `module.verb` and imported verbs in source files."""
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.add((node.value.id, node.attr))
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("compoundry.service."):
                found |= {(str(node.module).rsplit(".", 1)[-1], name.name) for name in node.names}
    return found


@pytest.mark.parametrize("face", FACES)
def test_every_verb_is_reached(face: str) -> None:
    reached = used(FACES[face])
    lacking = {f"{module}.{verb}" for module, verb in verbs() if (module, verb) not in reached and not excused(module, verb, face)}
    assert not lacking, f"reach them from {face}, or say why not"


@pytest.mark.parametrize("face", FACES)
def test_every_excuse_is_needed(face: str) -> None:
    reached = used(FACES[face])
    known = verbs()
    for verb, where in MISSING:
        assert any(name == verb for _, name in known), f"the service has no {verb}"
        if where == face:
            assert not all((module, name) in reached for module, name in known if name == verb), f"{face} does reach {verb}"


def test_the_client_knows_every_route() -> None:
    routes = {(method, path) for found in _routes() for method, path in found}
    asked = {(call.method, re.sub(r"ID(?=/|$)", "{}", call.path)) for call in _calls()}
    assert {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in routes} == asked


def _routes() -> list[list[tuple[str, str]]]:
    return [[(method, r.path) for r in m.routes.routes if isinstance(r, APIRoute) for method in r.methods or ()] for m in ROUTED]


def _calls() -> list[calls.Call[Any]]:
    plain: list[calls.Call[Any]] = [
        calls.trigger("metrics", dry_run=True, idempotency_key="k"),
        calls.learn([], idempotency_key="k"),
        calls.edit("ID", {}, version=None),
        calls.reinforce("ID", {}, idempotency_key="k"),
        calls.unmerge("ID"),
        calls.tell("", context="", idempotency_key="k"),
        calls.question("", session_id=""),
        calls.recall("ID"),
        calls.events(),
        calls.past_events(after=None, kinds=(), limit=1),
        calls.insight_stream(),
        calls.run_events("ID"),
        calls.report("ID", "helped", session="", note=""),
        calls.import_rules("", name=""),
        calls.polish(most=1),
        calls.rename("ID", ""),
        calls.forecast("ID", below=None, days=None),
        calls.trust("ID", 1),
        calls.blast_radius("ID"),
        calls.accept_many("merge", at_least=0.9, most=1, note=""),
        calls.configure("ID", {}),
        calls.export(vectors=True),
        calls.restore(b""),
        calls.schedule("metrics", None, time_zone="UTC"),
        hook_calls.create("", kinds=()),
        *(hook_calls.act("ID", verb) for verb in ("rotate", "resume", "test")),
        *(made("ID") for made in (hook_calls.delete, hook_calls.delivery, hook_calls.redeliver)),
        *(calls.act("ID", verb) for verb in ("apply", "revert", "cancel", "retry")),
        *(calls.decide("ID", verb, {}, version=None) for verb in ("accept", "reject")),
    ]
    by_id: list[Callable[[str], calls.Call[Any]]] = [
        *(calls.reported, calls.lift, calls.why_rule, calls.why_pattern, calls.artifact, calls.one_playbook),
        *(calls.status, calls.progress, calls.changes, calls.dispositions, calls.insight, calls.why, calls.forget, calls.candidate),
    ]
    lists: list[Callable[[], calls.Call[Any]]] = [
        *(calls.graph, calls.playbooks, calls.half_lives, calls.sources, hook_calls.known, hook_calls.sent),
        *(
            calls.runs,
            calls.insights,
            calls.candidates,
            calls.patterns,
            calls.rules,
            calls.playbook,
            calls.metrics,
            calls.policy,
            calls.scheduled,
            calls.half_lives,
            calls.sources,
        ),
    ]
    return [*plain, *(make("ID") for make in by_id), *(make() for make in lists)]
