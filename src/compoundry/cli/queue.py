"""Go through what waits for a person, key by key; only the focused row is ever decided."""

import os
import re
import sys
import termios
import tty
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from compoundry.cli import clean
from compoundry.cli.desk import Desk, Filter
from compoundry.client.errors import ClientError
from compoundry.client.nouns import Candidate
from compoundry.errors import CompoundryError

MOST = 200
KEYS = "↓ j next   ↑ k back   a accept   r reject   u undo   q quit"
_ARROWS = {"\x1b[A": "k", "\x1b[B": "j", "\x1bOA": "k", "\x1bOB": "j"}
_KEY = re.compile("\x1b[\\[O].|.", re.DOTALL)
_QUIT = ("q", "\x1b", "\x04")
_DETAILS = 12

Draw = Callable[["Queue"], None]


@dataclass(frozen=True, slots=True)
class Queue:
    """Hold what waits, which row has the focus, what was decided, and what to tell."""

    waiting: tuple[Candidate, ...]
    focus: int = 0
    decided: tuple[Candidate, ...] = ()
    said: str = ""

    @property
    def focused(self) -> Candidate | None:
        """Return the candidate that keys act on."""
        return self.waiting[self.focus] if self.waiting else None

    def moved(self, step: int) -> "Queue":
        """Move the focus, not beyond the ends."""
        return replace(self, focus=max(0, min(self.focus + step, len(self.waiting) - 1)), said="")

    def without_focused(self, said: str, *, decided: tuple[Candidate, ...] | None = None) -> "Queue":
        """Take the focused row out; the focus stays where it was, on the next one."""
        rest = self.waiting[: self.focus] + self.waiting[self.focus + 1 :]
        return Queue(rest, min(self.focus, max(0, len(rest) - 1)), self.decided if decided is None else decided, said)

    def back(self, asked: Candidate) -> "Queue":
        """Put a candidate back that was decided last."""
        return Queue((*self.waiting[: self.focus], asked, *self.waiting[self.focus :]), self.focus, self.decided[:-1], "taken back")


def review(desk: Desk, keys: Iterable[str], draw: Draw, *, kind: str | None) -> Queue:
    """Let keys move through the queue and decide, until q."""
    queue = Queue(tuple(desk.candidates(Filter(MOST, {"status": "open", "kind": kind}))))
    draw(queue)
    for key in keys:
        if key in _QUIT:
            break
        queue = press(desk, queue, key)
        draw(queue)
    return queue


def press(desk: Desk, queue: Queue, key: str) -> Queue:
    """Do what a key says; what can't be done is said, and its row goes."""
    match key:
        case "j" | "k":
            return queue.moved(1 if key == "j" else -1)
        case "a" | "r" if queue.focused:
            return _decide(desk, queue, queue.focused, accept=key == "a")
        case "u" if queue.decided:
            return _undo(desk, queue, queue.decided[-1])
        case _:
            return replace(queue, said=KEYS)


def _decide(desk: Desk, queue: Queue, asked: Candidate, *, accept: bool) -> Queue:
    try:
        found = desk.accept(asked.id, keep=None, only=None, content=None, note="") if accept else desk.reject(asked.id, note="")
    except (CompoundryError, ClientError) as error:
        return queue.without_focused(error.message)
    return queue.without_focused(f"{found.status}; u takes it back", decided=(*queue.decided, found))


def _undo(desk: Desk, queue: Queue, last: Candidate) -> Queue:
    try:
        run = desk.finish(desk.revert(last.job_run_id or ""), lambda step: None, timeout_s=None)
        if run.status == "failed":
            return replace(queue, said=str(run.error_details.get("message", "it can't be taken back")))
        return queue.back(desk.candidate(last.id))
    except (CompoundryError, ClientError) as error:
        return replace(queue, said=error.message)


def on_terminal(desk: Desk, *, kind: str | None) -> Queue:
    """Review on the terminal; it is drawn on stderr, so that stdout stays clean."""
    console = Console(stderr=True, highlight=False)
    with _pressed() as keys, Live(console=console, screen=True, auto_refresh=False) as live:
        return review(desk, keys, lambda queue: live.update(_drawn(queue, console.height), refresh=True), kind=kind)


@contextmanager
def _pressed() -> Iterator[Iterator[str]]:
    """Give the keys as they are pressed, one by one, without Enter."""
    terminal = sys.stdin.fileno()
    before: list[Any] = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    try:
        yield (key for typed in iter(lambda: os.read(terminal, 64), b"") for key in keys_in(typed.decode(errors="replace")))
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def keys_in(typed: str) -> list[str]:
    r"""Tell apart the keys of what was typed at once.

    >>> keys_in("a\x1b[Bj")
    ['a', 'j', 'j']
    """
    return [_ARROWS.get(key, key) for key in _KEY.findall(typed)]


def _drawn(queue: Queue, height: int) -> RenderableType:
    head = Text(f"{len(queue.waiting)} waiting, {len(queue.decided)} decided", style="bold")
    foot = Text(clean.line(queue.said) or KEYS, style="dim")
    return Group(head, Text(), *_rows(queue, max(3, height - _DETAILS)), Text(), *_details(queue.focused), Text(), foot)


def _rows(queue: Queue, room: int) -> Iterator[Text]:
    first = max(0, min(queue.focus - room // 2, len(queue.waiting) - room))
    for place, asked in enumerate(queue.waiting[first : first + room], first):
        told = f"{asked.kind:<13} {asked.score:.2f}  {clean.line(asked.insights[-1].content if asked.insights else asked.reason.text)}"
        here = place == queue.focus
        yield Text(f"{'›' if here else ' '} {told}", style="reverse" if here else "", no_wrap=True, overflow="ellipsis")


def _details(asked: Candidate | None) -> Iterator[Text]:
    if asked is None:
        yield Text("nothing waits for a decision", style="dim")
        return
    yield Text(clean.line(asked.reason.text), style="bold")
    for insight in asked.insights[:4]:
        day = f"{insight.observed_at:%Y-%m-%d}" if insight.observed_at else ""
        yield Text(f"  {day}  {insight.confidence:.2f}  {clean.line(insight.content)}", no_wrap=True, overflow="ellipsis")
