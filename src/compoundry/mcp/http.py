"""Serve agents over streamable HTTP, beside the API and behind the same door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup, TaskStatus
from starlette.types import Receive, Scope, Send

from compoundry.errors import Forbidden
from compoundry.service.app import App

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"


class Endpoint:
    """Answer each request by itself, without sessions; the first one loads the SDK, which takes 0.4 s to import.

    Who calls stands in `request.state.caller`: the door has put it there.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._group: TaskGroup | None = None
        self._sessions: StreamableHTTPSessionManager | None = None
        self._opening = anyio.Lock()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer requests until the end of the block."""
        async with anyio.create_task_group() as group:
            self._group = group
            yield
            group.cancel_scope.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _must_be_ours(scope)
        async with self._opening:
            if self._sessions is None:
                assert self._group is not None, "requests come only while it is running"
                self._sessions = await self._group.start(self._open)
        await self._sessions.handle_request(scope, receive, send)

    async def _open(self, *, task_status: TaskStatus["StreamableHTTPSessionManager"]) -> None:
        sessions = await to_thread.run_sync(_sessions, self._app)
        async with sessions.run():
            task_status.started(sessions)
            await anyio.sleep_forever()


def _must_be_ours(scope: Scope) -> None:
    """Refuse pages of other sites, as the protocol demands: their browser must not speak for its user."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"] if name in (b"origin", b"host")}
    origin = headers.get(b"origin")
    if origin and urlsplit(origin).netloc != headers.get(b"host"):
        raise Forbidden("pages of other sites may not call this server")


def _sessions(app: App) -> "StreamableHTTPSessionManager":
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager  # the optional extra `mcp`, loaded when it is used

    from compoundry.mcp.server import Context, server
    from compoundry.model import Caller

    def caller_of(context: Context) -> Caller:
        assert context.request is not None, "over HTTP every message belongs to a request"
        found: Caller = context.request.state.caller
        return found

    return StreamableHTTPSessionManager(server(app, caller_of), json_response=True, stateless=True)
