"""Answer commands from a database, and carry runs out here when no worker does."""

from collections.abc import Iterator
from contextlib import contextmanager

from compoundry.cli.desk import Desk
from compoundry.cli.local.context import Context
from compoundry.cli.local.findings import Findings
from compoundry.cli.local.insights import Insights
from compoundry.cli.local.opened import open_parts, workspace_meant
from compoundry.cli.local.running import Runs
from compoundry.cli.local.workspace import Settings
from compoundry.cli.where import Where
from compoundry.service import access

__all__ = ["LocalDesk", "local_desk", "open_parts", "workspace_meant"]


class LocalDesk(Runs, Insights, Context, Findings, Settings):
    """Take orders for one workspace of a database."""

    carries_out = True


@contextmanager
def local_desk(where: Where) -> Iterator[Desk]:
    """Open the desk of a workspace in a database."""
    with open_parts(where) as parts:
        yield LocalDesk(parts, access.operator(workspace_meant(parts.app, where.in_workspace)))
