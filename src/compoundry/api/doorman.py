"""Stand in front of the API: request ids, keys, rate limits and body sizes come before anything is parsed."""

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from compoundry.api.errors import told
from compoundry.errors import CompoundryError, RateLimited, TooLarge, Unauthenticated
from compoundry.model import Caller

PREFIX = "/api/developers"
REMEMBERED_S = 0.5
_KEYS_REMEMBERED = 4_096


class Doorman:
    """Let a request in, or answer it here; a valid key is remembered for half a second."""

    def __init__(
        self,
        inner: ASGIApp,
        *,
        authenticate: Callable[[str], Caller],
        body_limit_bytes: int,
        requests_per_minute: int,
        clock: Callable[[], float] = time.monotonic,
        guarded: Collection[str] = (PREFIX,),
    ) -> None:
        self._inner, self._authenticate, self._clock, self._paths = inner, authenticate, clock, guarded
        self._limit, self._quota = body_limit_bytes, Quota(requests_per_minute, clock)
        self._known: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._inner(scope, receive, send)
        state = scope.setdefault("state", {})
        state["request_id"] = uuid4().hex
        reply = _Reply(send, state["request_id"])
        scope = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope  # the server drops the body
        try:
            if self._guarded(scope["path"]):
                state["caller"] = await self._caller(scope)
                self._quota.spend(state["caller"].name)
            await self._inner(scope, _measured(scope, receive, self._limit), reply)
        except CompoundryError as error:
            if reply.begun:
                raise
            await told(error, state["request_id"])(scope, receive, reply)

    def _guarded(self, path: str) -> bool:
        return any(path == known or path.startswith(known + "/") for known in self._paths)

    async def _caller(self, scope: Scope) -> Caller:
        secret = _bearer(scope)
        at, caller = self._known.get(secret, (0.0, None))
        if caller is None or self._clock() - at > REMEMBERED_S:
            self._known.pop(secret, None)
            caller = await run_in_threadpool(self._authenticate, secret)
            self._known[secret] = (self._clock(), caller)
            if len(self._known) > _KEYS_REMEMBERED:
                self._known.popitem(last=False)
        return caller


class Quota:
    """Count the requests of each key, minute by minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._minute, self._spent = -1, dict[str, int]()

    def spend(self, name: str) -> None:
        """Count one request; raise RateLimited, with the seconds to wait, when there were too many."""
        if not self._per_minute:
            return
        now = self._clock()
        if int(now // 60) != self._minute:
            self._minute, self._spent = int(now // 60), {}
        self._spent[name] = self._spent.get(name, 0) + 1
        if self._spent[name] > self._per_minute:
            raise RateLimited(f"more than {self._per_minute} requests a minute; wait", {"retry_after_s": int(60 - now % 60) + 1})


class _Reply:
    """Put the request id on an answer, and remember whether it has begun."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self._id, self.begun = send, request_id, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            message["headers"] = [*message["headers"], (b"x-request-id", self._id.encode())]
        await self._send(message)


def _bearer(scope: Scope) -> str:
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    kind, _, secret = given[0].decode("latin-1").partition(" ") if len(given) == 1 else ("", "", "")
    if kind.casefold() != "bearer" or not secret.strip():
        raise Unauthenticated("send a key: Authorization: Bearer sk-…")
    return secret.strip()


def _measured(scope: Scope, receive: Receive, limit: int) -> Receive:
    """Stop reading a body that is longer than the limit, announced or not."""
    announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    read = 0

    async def measured() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise _too_large(limit)
        return message

    return measured


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the body is larger than {limit} bytes; send less at once")
