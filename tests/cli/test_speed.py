"""A command line that is asked something small answers at once."""

import subprocess
import sys
import time

from compoundry import __version__

HEAVY = ("sqlalchemy", "numpy", "fastapi", "httpx2", "pydantic_settings", "dbos")


def test_the_version_is_said_in_0_3_s() -> None:
    took_s = []
    for _ in range(5):
        began = time.monotonic()
        said = subprocess.run([sys.executable, "-m", "compoundry", "--version"], capture_output=True, text=True, check=True)
        took_s.append(time.monotonic() - began)
        assert said.stdout == f"compoundry {__version__}\n"
    assert min(took_s) <= 0.3


def test_help_imports_nothing_heavy() -> None:
    ask = "import sys; from compoundry.cli.program import run\ntry: run(sys.argv[1:])\nfinally: sys.stderr.write(' '.join(sys.modules))"
    for args in ([], ["--help"], ["import", "--help"], ["key", "create", "--help"], ["serve", "--help"]):
        said = subprocess.run([sys.executable, "-c", ask, *args], capture_output=True, text=True, check=False)
        assert not set(HEAVY) & set(said.stderr.split()), args


def test_the_package_itself_is_light() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, compoundry, compoundry.client; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    assert not set(HEAVY) & set(said.stdout.split())
