"""Serve one agent over standard input and output."""

import anyio
from mcp.server.stdio import stdio_server

from compoundry.mcp.server import server
from compoundry.model import Caller
from compoundry.service.app import App


def serve(app: App, caller: Caller) -> None:
    """Serve until the input ends."""
    anyio.run(_serve, app, caller)


async def _serve(app: App, caller: Caller) -> None:
    made = server(app, lambda _: caller)
    async with stdio_server() as (read, write):
        await made.run(read, write, made.create_initialization_options())
