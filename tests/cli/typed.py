"""Type a command line, and keep what it says."""

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from compoundry.cli import program


@dataclass(frozen=True)
class Said:
    """Hold what a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)

    @property
    def rows(self) -> list[dict[str, str]]:
        """Read a table as a pipe gets it."""
        columns, *rows = (line.split("\t") for line in self.out.splitlines())
        return [dict(zip(columns, row, strict=True)) for row in rows]


@dataclass(frozen=True)
class Prompt:
    """Type commands that end with the same options: those that say where."""

    place: Sequence[str]

    def __call__(self, *args: str) -> Said:
        """Carry out a command in this process."""
        return typed(*args, *self.place)

    def json(self, *args: str) -> Any:
        """Carry out a command that must succeed, and return its JSON."""
        said = self(*args, "--json")
        assert said.code == 0, said.err
        return said.json


def typed(*args: str) -> Said:
    """Carry out a command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            program.run(args)
        except SystemExit as ended:
            code = ended.code
    assert isinstance(code, int)
    return Said(code, out.getvalue(), err.getvalue())
