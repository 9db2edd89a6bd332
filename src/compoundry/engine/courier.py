"""Bring what happens to webhooks, at least once, whatever receivers and workers do meanwhile."""

import random
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
import structlog

from compoundry.engine.workshop import Workshop
from compoundry.errors import Invalid, NotFound, Unavailable
from compoundry.hooks import again, signing
from compoundry.hooks.addresses import Lookup, Network, checked, look_up, target
from compoundry.hooks.posting import Reply, post
from compoundry.settings import PAUSES_S
from compoundry.store import deliveries, fanning, webhooks
from compoundry.store.database import clock
from compoundry.store.deliveries import Delivery
from compoundry.store.webhooks import Webhook

log = structlog.get_logger(__name__)

SLOTS, SLOTS_OF_ONE = 8, 2
KEPT = timedelta(days=7)
_SWEEP_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Postage:
    """Say where messages may go, how long one may take (`timeout_s`), the pauses between attempts, and how often to look."""

    networks: Sequence[Network] = ()
    pauses_s: Sequence[float] = PAUSES_S
    timeout_s: float = 15.0
    poll_s: float = 1.0
    look_up: Lookup = look_up


class Courier:
    """Deliver in the background until closed.

    A delivery is claimed before it is sent and settled afterwards; one whose worker died in between is due again when
    its claim has run out. A slow receiver never takes more than a few of the slots.
    """

    def __init__(self, shop: Workshop, postage: Postage) -> None:
        self._shop, self._postage = shop, postage
        self._claim = timedelta(seconds=postage.timeout_s * 2)
        self._stopping, self._woken = threading.Event(), threading.Event()
        self._busy, self._lock = Counter[str](), threading.Lock()
        self._pool = ThreadPoolExecutor(SLOTS, thread_name_prefix="courier")
        self._swept: datetime | None = None
        self._idle = False  # nobody is to be told anything: one who has just signed up is seen at the next regular look
        self._thread = threading.Thread(target=self._work, name="courier", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look soon: something was committed."""
        self._woken.set()

    def close(self) -> None:
        """Stop; what is on its way is settled if its receiver answers soon, and else due again later."""
        self._stopping.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=self._postage.timeout_s)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def deliver_now(self, workspace_id: int, id: str) -> Delivery:
        """Try one delivery here and now, for a program that has no worker; return how it went."""
        with self._shop.database.write() as connection:
            now = clock(connection)
            deliveries.revive(connection, workspace_id, id, now)
            taken = deliveries.claim(connection, now, now + self._claim, only=id)
        for one in taken:
            self._carry(one)
        with self._shop.database.read() as connection:
            return deliveries.one(connection, workspace_id, id)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                more = self._look()
            except Unavailable as error:
                log.warning("the database is away", reason=error.message)
                more = False
            except Exception as error:
                log.exception("the courier goes on after an error", reason=str(error))
                more = False
            if not more:
                (self._stopping if self._idle else self._woken).wait(self._postage.poll_s)
                self._woken.clear()

    def _look(self) -> bool:
        """Make deliveries of what happened and send what is due; return whether there may be more at once."""
        with self._shop.database.read() as connection:
            now, hooks = clock(connection), webhooks.active(connection)
            unheard = [(hook, *fanning.unheard(connection, hook)) for hook in hooks]
        self._idle = not hooks
        for hook, found, cursor in unheard:
            if found or cursor != hook.cursor:
                with self._shop.database.write() as connection:
                    fanning.spread(connection, hook, found, cursor, now)
        self._sweep(now)
        sent = self._send_due() if hooks else 0
        return bool(sent) or any(len(found) == fanning.AT_ONCE for _, found, _ in unheard)

    def _sweep(self, now: datetime) -> None:
        if self._swept is None or now - self._swept > _SWEEP_EVERY:
            self._swept = now
            with self._shop.database.write() as connection:
                deliveries.prune(connection, now - KEPT)

    def _send_due(self) -> int:
        with self._lock:
            free = SLOTS - self._busy.total()
            busy = [hook for hook, n in self._busy.items() if n >= SLOTS_OF_ONE]
        if free <= 0:
            return 0
        with self._shop.database.read() as connection:
            if not deliveries.due(connection, clock(connection), busy=busy):
                return 0
        with self._shop.database.write() as connection:
            now = clock(connection)
            taken = deliveries.claim(connection, now, now + self._claim, busy=busy, limit=min(free, SLOTS_OF_ONE))
        for one in taken:
            with self._lock:
                self._busy[one.webhook_id] += 1
            self._pool.submit(self._carry_and_free, one)
        return len(taken)

    def _carry_and_free(self, one: Delivery) -> None:
        try:
            self._carry(one)
        except (Unavailable, NotFound) as error:
            log.warning("a delivery could not be settled; it is due again later", delivery=one.id, reason=error.message)
        except Exception as error:
            log.exception("a delivery could not be settled; it is due again later", delivery=one.id, reason=str(error))
        finally:
            with self._lock:
                self._busy[one.webhook_id] -= 1
            self.wake()

    def _carry(self, one: Delivery) -> None:
        with self._shop.database.read() as connection:
            hook, now = webhooks.one(connection, one.workspace_id, one.webhook_id), clock(connection)
        reply = self._post(hook, one, now)
        with self._shop.database.write() as connection:
            now, answer = clock(connection), f"{reply.status} {reply.said}" if reply.status else reply.said
            match again.verdict(reply, one.attempts, self._postage.pauses_s):
                case "delivered":
                    deliveries.settle(connection, one, "delivered", answer, now)
                case "again":
                    later = again.next_at(reply, one.attempts, now, self._postage.pauses_s, spread=random.random())
                    deliveries.settle(connection, one, "waiting", answer, later)
                case "dead":
                    deliveries.settle(connection, one, "dead", answer, now)
                case "gone":
                    webhooks.change(connection, hook.workspace_id, hook.id, {"active": False, "stopped": "the receiver answered 410 Gone"})
                    deliveries.give_up(connection, hook.workspace_id, hook.id, answer)

    def _post(self, hook: Webhook, one: Delivery, now: datetime) -> Reply:
        try:
            at = target(hook.url)
            address = checked(at, self._postage.networks, look_up=self._postage.look_up)
        except Invalid as error:
            return Reply(0, error.message)
        body = orjson.dumps(one.body)
        signed = signing.headers(one.id, body.decode(), hook.secrets(now), now)
        headers = {"Content-Type": "application/json", "User-Agent": "compoundry-webhooks", **signed}
        return post(at, address, headers, body, timeout_s=self._postage.timeout_s)
