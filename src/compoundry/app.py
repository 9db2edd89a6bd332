"""Put the parts together: settings in, a running Compoundry out."""

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

from compoundry import encoders
from compoundry.engine.courier import Postage
from compoundry.engine.tidying import Kept
from compoundry.engine.tracing import tracer
from compoundry.engine.workshop import Workshop
from compoundry.errors import Invalid
from compoundry.hooks.addresses import networks
from compoundry.logs import configure
from compoundry.service.app import App
from compoundry.settings import Settings
from compoundry.store import claims
from compoundry.store.database import open_database
from compoundry.store.migrate import migrate, must_be_current
from compoundry.text.encoder import Encoder, Talker

if TYPE_CHECKING:
    from compoundry.engine.worker import Worker

LEAVE_S = 9.0  # a thread that doesn't listen would keep the process; by then its run was handed back


@dataclass(frozen=True)
class Parts:
    """Hold the service that the faces call, and the workshop that the engine works in."""

    app: App
    shop: Workshop
    settings: Settings
    on_leave: list[Callable[[], None]] = field(default_factory=list)

    @property
    def postage(self) -> Postage:
        """Return how messages to webhooks go out."""
        return Postage(self.app.networks, self.settings.webhook_pauses_s, self.settings.webhook_timeout_s)

    def employ(self) -> "Worker":
        """Start a worker in this process; Conflict when a SQLite file has one already."""
        from compoundry.engine.worker import Worker  # the durable engine takes 0.9 s to import, and only workers need it

        worker = Worker(self.shop, slots=self.settings.worker_slots, postage=self.postage)
        self.app.on_run.append(worker.bell.ring)
        self.app.on_written.append(worker.wrote)
        self.on_leave.append(worker.leave)
        worker.start()
        return worker

    def leave(self) -> None:
        """Say that this process was told to stop: it is not ready any more, its worker takes no more runs, and it ends soon."""
        last_resort = threading.Timer(LEAVE_S, os._exit, (0,))
        last_resort.daemon = True
        last_resort.start()
        self.app.leaving.set()
        for tell in self.on_leave:
            tell()

    def close(self) -> None:
        """Give the database connections back."""
        self.app.database.close()


def assemble(settings: Settings, database_url: str | None = None) -> Parts:
    """Open the database and bring its schema up to date.

    A SQLite file is migrated by itself; PostgreSQL only by `compoundry migrate`, because other
    processes may be using it: Unavailable says so.
    """
    configure(settings.log_format)
    worker = _worker_name()
    database = open_database(database_url or settings.database, called=claims.known_as(worker))
    if database.is_sqlite:
        migrate(database)
    else:
        must_be_current(database)
    asked = _chat(settings)
    if settings.extractor == "chat" and asked is None:
        raise Invalid("COMPOUNDRY_EXTRACTOR is chat, but COMPOUNDRY_CHAT names no model; write MODEL@URL")
    shop = Workshop(
        database,
        _lazily(settings),
        worker,
        lease_s=settings.lease_s,
        attempts=settings.attempts,
        tracer=tracer(settings.traces),
        kept=_kept(settings),
        extractor=asked if settings.extractor == "chat" else None,
        judge=asked,
    )
    app = App(database, encoder=shop.encoder, chat=asked, networks=networks(settings.webhook_networks))
    return Parts(app, shop, settings)


def _chat(settings: Settings) -> Talker | None:
    """Open the language model, where one is named."""
    if not settings.chat:
        return None
    from compoundry.encoders.chat import chat  # loads an HTTP client

    return chat(settings.chat, api_key=settings.chat_api_key)


def _kept(settings: Settings) -> Kept:
    return Kept(settings.keep_answers_days, settings.keep_events_days, settings.keep_dispositions_days)


def _lazily(settings: Settings) -> Callable[[], Encoder]:
    """Load the encoder when it is first needed, once."""
    return cache(lambda: encoders.encoder(settings.encoder, api_key=settings.encoder_api_key))


def _worker_name() -> str:
    return f"{socket.gethostname()[:24]}-{os.getpid()}-{uuid4().hex[:8]}"
