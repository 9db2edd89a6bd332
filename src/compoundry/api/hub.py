"""Wake the streams of this process when something was committed; one listener for all of them."""

import asyncio
import threading

from compoundry.store.database import Database
from compoundry.store.signals import Bell

_GLANCE_S = 1.0


class Hub:
    """Let any number of streams wait for the next commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    async def next(self, timeout_s: float = _GLANCE_S) -> bool:
        """Return True soon after a commit, or False after that many seconds."""
        self._listen()
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            self._waiting.add((loop, woken))
        try:
            async with asyncio.timeout(timeout_s):
                return await woken.wait()
        except TimeoutError:
            return False
        finally:
            with self._lock:
                self._waiting.discard((loop, woken))

    def close(self) -> None:
        """Stop listening."""
        self._closing.set()

    def _listen(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="hub", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        with Bell(self._database) as bell:
            while not self._closing.is_set():
                if bell.wait(_GLANCE_S):
                    self._wake()

    def _wake(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, set()
        for loop, woken in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(woken.set)
