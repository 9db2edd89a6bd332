"""Answer commands from a server, through the client."""

from collections.abc import Iterator
from contextlib import contextmanager

from compoundry.cli.desk import Desk
from compoundry.cli.remote.asking import TIMEOUT_S
from compoundry.cli.remote.context import Context
from compoundry.cli.remote.findings import Findings
from compoundry.cli.remote.insights import Insights
from compoundry.cli.remote.running import Runs
from compoundry.cli.remote.workspace import Settings
from compoundry.cli.where import Where
from compoundry.client import Client, Retries
from compoundry.errors import Invalid, Unauthenticated

__all__ = ["RemoteDesk", "remote_desk"]

_RETRIES = Retries(most=2)


class RemoteDesk(Runs, Insights, Context, Findings, Settings):
    """Take orders for one workspace of a server."""

    carries_out = False


@contextmanager
def remote_desk(where: Where) -> Iterator[Desk]:
    """Open the desk of the workspace that the key belongs to."""
    if not where.key:
        raise Unauthenticated("a server needs a key: set COMPOUNDRY_API_KEY, or use --api-key")
    if where.workspace is not None:
        raise Invalid("a server's key belongs to one workspace; leave --workspace out, or take a key of the other one")
    with Client(where.server or "", where.key, timeout_s=TIMEOUT_S, retries=_RETRIES) as client:
        yield RemoteDesk(client)
