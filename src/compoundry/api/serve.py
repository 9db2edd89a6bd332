"""Run the HTTP server, with a worker inside unless told otherwise."""

import logging
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from compoundry import jobs
from compoundry.api.server import Beside, Lifespan, api
from compoundry.app import Parts
from compoundry.errors import CompoundryError, Invalid

DRAIN_S = 0.5  # how long requests are still taken after SIGTERM, so that a balancer sees that we are not ready
STOP_S = 4


def serve(
    parts: Parts, *, host: str, port: int, worker: bool, ready: Callable[[str], None], beside: Mapping[str, Beside] | None = None
) -> None:
    """Serve until the process is told to stop; `ready` gets the URL once requests are answered.

    `beside` are other faces by their path: they stand behind the same door. Raises what keeps the worker from starting: Conflict where
    another one has the SQLite file, Unavailable where the database can't be used.
    """
    jobs.found()  # now, and not with the first trigger: a file that can't be loaded must not cost a run
    others = dict(beside or {})
    listening = _listen(host, port)
    url = f"http://{host}:{listening.getsockname()[1]}"
    failed: list[CompoundryError] = []
    asgi = api(parts.app, parts.settings, lifespan=_lifespan(parts, worker, list(others.values()), failed), beside=others)
    config = uvicorn.Config(asgi, log_config=None, access_log=False, timeout_graceful_shutdown=STOP_S, server_header=False)
    try:
        _Server(config, lambda: ready(url), parts.leave).run(sockets=[listening])
    except SystemExit:
        if not failed:
            raise
    if failed:
        raise failed[0]


class _Server(uvicorn.Server):
    """Say when the server has started, and when it was told to stop."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], leave: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready, self._leave = ready, leave

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Turn readiness false first; a person's Ctrl-C waits for nobody."""
        self._leave()
        pause_s = DRAIN_S if sig == signal.SIGTERM else 0.0
        threading.Timer(pause_s, super().handle_exit, (sig, frame)).start()


def _lifespan(parts: Parts, worker: bool, others: list[Beside], failed: list[CompoundryError]) -> Lifespan:
    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as running:
            if worker:
                try:
                    working = await run_in_threadpool(parts.employ)
                except CompoundryError as error:
                    failed.append(error)
                    logging.getLogger("uvicorn.error").disabled = True  # it would say the same as a traceback
                    raise
                running.push_async_callback(run_in_threadpool, working.close)
            threading.Thread(target=_warm, args=(parts,), name="warm", daemon=True).start()
            for other in others:
                await running.enter_async_context(other.running())
            yield

    return lifespan


def _warm(parts: Parts) -> None:
    """Load the encoder before somebody asks; what is wrong with it is said to whoever does."""
    with suppress(CompoundryError):
        parts.shop.encoder()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Invalid(f"can't listen on {host}:{port} ({error.strerror}); choose another --port (0 picks a free one) or --host") from None
    listening.set_inheritable(True)
    return listening
