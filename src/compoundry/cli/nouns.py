"""Group the commands by what they are about, for the help."""

from collections.abc import Mapping
from typing import Final

import typer

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Insights": (
        *("import", "tell", "artifact", "insights", "insight", "recall", "ask", "why", "edit", "reinforce", "unmerge", "forget", "graph"),
        *("forecast", "half-lives", "sources", "trust", "blast-radius"),
    ),
    "Runs": (
        *("run", "watch", "status", "diff", "changes", "dispositions", "apply", "revert", "cancel", "retry", "runs", "jobs"),
        *("schedule", "events"),
    ),
    "Review": ("review", "candidates", "candidate", "accept", "accept-many", "reject"),
    "Patterns and rules": (
        *("patterns", "rename", "rules", "playbook", "playbooks", "playbook-of", "outcome", "outcomes", "polish", "import-rules"),
    ),
    "Workspace": ("workspace", "key", "policy", "webhook", "profiles", "metrics", "audit", "export", "doctor", "backup", "restore"),
    "Service": ("serve", "worker", "migrate", "mcp", "demo", "sample"),
}
_GROUP: Final = {name: group for group, names in GROUPS.items() for name in names}


def grouped(program: typer.Typer) -> None:
    """Give every command its group; those that nobody has sorted stand first, under Commands."""
    for part in (program, *(found.typer_instance for found in program.registered_groups if found.typer_instance and not _named(found))):
        for command in part.registered_commands:
            command.rich_help_panel = _GROUP.get(called(command))
        for group in part.registered_groups:
            if _named(group):
                group.rich_help_panel = _GROUP.get(str(group.name))


def called(command: typer.models.CommandInfo) -> str:
    """Return the name of a command: the one it was given, or its function's."""
    return str(command.name or getattr(command.callback, "__name__", ""))


def _named(group: typer.models.TyperInfo) -> bool:
    return isinstance(group.name, str)
