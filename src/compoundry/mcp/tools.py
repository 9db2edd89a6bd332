"""List the tools, always in the same order: what reads first, then what writes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from compoundry.errors import Invalid, NotFound
from compoundry.mcp import asked, reading, writing
from compoundry.mcp.asked import Asked
from compoundry.model import Caller, Scope
from compoundry.service.app import App
from compoundry.service.intake import sentence


@dataclass(frozen=True, slots=True)
class Tool:
    """Hold a tool: the scope that shows it, what it asks for, and what it does."""

    name: str
    scope: Scope
    asks: type[Asked]
    act: Callable[[App, Caller, Any], str]

    @property
    def description(self) -> str:
        """Return what the tool is for, as agents read it."""
        return (self.asks.__doc__ or "").strip()


TOOLS = (
    Tool("recall", "record.read", asked.Recall, reading.recall),
    Tool("playbook", "record.read", asked.Playbook, reading.playbook),
    Tool("why", "record.read", asked.Why, reading.why),
    Tool("patterns", "record.read", asked.Patterns, reading.patterns),
    Tool("run_status", "record.read", asked.RunStatus, reading.run_status),
    Tool("run_changes", "record.read", asked.RunChanges, reading.run_changes),
    Tool("review_queue", "record.read", asked.ReviewQueue, reading.review_queue),
    Tool("remember", "record.write", asked.Remember, writing.remember),
    Tool("report", "record.write", asked.Report, writing.report),
    Tool("run_job", "record.write", asked.RunJob, writing.run_job),
    Tool("run_act", "record.write", asked.RunAct, writing.run_act),
    Tool("decide", "record.write", asked.Decide, writing.decide),
)


def shown_to(caller: Caller) -> list[Tool]:
    """List the tools that a caller's scopes allow."""
    return [tool for tool in TOOLS if tool.scope in caller.scopes]


def call(app: App, caller: Caller, name: str, arguments: dict[str, Any]) -> str:
    """Carry a tool out and return what to tell the agent.

    Raises NotFound for an unknown tool, Forbidden without its scope, Invalid for arguments that don't fit.
    """
    tool = next((tool for tool in TOOLS if tool.name == name), None)
    if tool is None:
        raise NotFound(f"there is no tool {name!r}; one of {', '.join(tool.name for tool in shown_to(caller))}")
    caller.need(tool.scope)
    try:
        given = tool.asks.model_validate(arguments)
    except ValidationError as error:
        raise Invalid(sentence(error)) from None
    return tool.act(app, caller, given)
