"""Bear workers and other processes quickly: one process imports everything once, and forks a real process for each."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from compoundry import jobs
from compoundry.api import serve
from compoundry.cli.program import run
from compoundry.engine import worker
from compoundry.mcp import http

PATIENCE_S = 60


ODD_JOBS = Path(__file__).parent.parent / "engine" / "odd_jobs"


@dataclass(frozen=True)
class Born:
    """Hold a process: its id, and the file with all that it said; when it is over, its exit code stands beside it."""

    pid: int
    said: Path

    def until_it_says(self, words: str) -> str:
        """Return what it said when these words are among it."""
        until = time.monotonic() + PATIENCE_S
        while not self.said.exists() or words not in self.said.read_text():
            assert time.monotonic() < until, f"it never said {words!r}: {self.said.read_text() if self.said.exists() else ''}"
            time.sleep(0.005)
        return self.said.read_text()

    def send(self, sign: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self.pid, sign)

    def exit_code(self) -> int:
        """Wait until it has ended by itself, and return its exit code."""
        code = self.said.with_suffix(".exit")
        until = time.monotonic() + PATIENCE_S
        while not code.exists() or not code.read_text():
            assert time.monotonic() < until, f"it never ended: {self.said.read_text()}"
            time.sleep(0.005)
        return int(code.read_text())

    def gone(self) -> None:
        """Wait until the process is gone."""
        until = time.monotonic() + PATIENCE_S
        while Path(f"/proc/{self.pid}").exists():
            assert time.monotonic() < until, f"it is still there: {self.said.read_text()}"
            time.sleep(0.005)


@dataclass
class Nursery:
    """Hold the process that forks."""

    process: subprocess.Popen[str]
    folder: Path
    born: int = 0
    gate: Path | None = None

    def worker(self, *args: str, **environment: str) -> Born:
        """Start a worker and return it when it is ready."""
        worker = self.bear("worker", *args, **environment)
        worker.until_it_says("working")
        return worker

    def bear(self, *args: str, **environment: str) -> Born:
        """Start a process as the command line would; don't wait for anything."""
        self.born += 1
        said = self.folder / f"born-{self.born}"
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        wanted = {"args": args, "environment": environment, "said": str(said), "gate": str(self.gate or "")}
        self.process.stdin.write(json.dumps(wanted) + "\n")
        self.process.stdin.flush()
        return Born(int(self.process.stdout.readline()), said)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Hold everybody who is born in the block back until its end."""
        self.gate = self.folder / f"gate-{self.born}"
        try:
            yield
        finally:
            self.gate.touch()
            self.gate = None


@contextmanager
def nursery(folder: Path) -> Iterator[Nursery]:
    """Give a nursery until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield Nursery(process, folder)
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # with all that it bore
        process.wait()


def _bear() -> None:
    assert all((serve, worker, http)), "what a process would import first is there already"
    jobs.__path__ = [*jobs.__path__, str(ODD_JOBS)]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is killed leaves nothing behind
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _wait_for(wanted["gate"])
            _live(wanted["args"], wanted["environment"], wanted["said"])
        print(pid, flush=True)


def _wait_for(gate: str) -> None:
    while gate and not Path(gate).exists():
        time.sleep(0.001)


def _live(args: list[str], environment: dict[str, str], said: str) -> None:
    """Be what the command line would be."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(environment, COMPOUNDRY_ENCODER="hashed", NO_COLOR="1")
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    try:
        run(args)
    except SystemExit as end:
        sys.stdout.flush()
        Path(said).with_suffix(".exit").write_text(str(end.code))
        raise


if __name__ == "__main__":
    _bear()
