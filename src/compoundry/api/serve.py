"""Run the HTTP server, with a worker inside unless told otherwise."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from compoundry.api.server import Lifespan, api
from compoundry.app import Parts

STOP_S = 8


def serve(parts: Parts, *, host: str, port: int, worker: bool, ready: Callable[[str], None]) -> None:
    """Serve until the process is told to stop; `ready` gets the URL once requests are answered."""
    listening = _listen(host, port)
    url = f"http://{host}:{listening.getsockname()[1]}"
    asgi = api(parts.app, parts.settings, lifespan=_lifespan(parts, worker))
    config = uvicorn.Config(asgi, log_config=None, access_log=False, timeout_graceful_shutdown=STOP_S, server_header=False)
    _Server(config, lambda: ready(url)).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Say when the server has started."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def _lifespan(parts: Parts, worker: bool) -> Lifespan:
    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        if not worker:
            yield
            return
        working = await run_in_threadpool(parts.employ)
        yield
        await run_in_threadpool(working.close)

    return lifespan


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.set_inheritable(True)
    return listening
