"""Bear workers quickly: one process imports everything once, and forks a real process of its own for each worker."""

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

from compoundry.engine import worker as preloaded

PATIENCE_S = 60


@dataclass
class Nursery:
    """Hold the process that forks."""

    process: subprocess.Popen[str]
    folder: Path
    born: int = 0

    def worker(self, *args: str, **environment: str) -> int:
        """Start a worker and return its process id when it is ready."""
        self.born += 1
        said = self.folder / f"worker-{self.born}"
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"args": ["worker", *args], "environment": environment, "said": str(said)}) + "\n")
        self.process.stdin.flush()
        pid = int(self.process.stdout.readline())
        until = time.monotonic() + PATIENCE_S
        while not said.exists() or "working" not in said.read_text():
            assert time.monotonic() < until, f"the worker never got ready: {said.read_text() if said.exists() else ''}"
            time.sleep(0.005)
        return pid


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
    assert preloaded
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is killed leaves nothing behind
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(wanted["args"], wanted["environment"], wanted["said"])
        print(pid, flush=True)


def _live(args: list[str], environment: dict[str, str], said: str) -> None:
    """Be a worker, as the command line would be."""
    from compoundry.cli.program import run  # the settings are read when it is called, after the environment is set

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(environment, COMPOUNDRY_ENCODER="hashed", NO_COLOR="1")
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    run(args)


if __name__ == "__main__":
    _bear()
