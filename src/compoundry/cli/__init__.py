"""Be the command line: parse, call one verb, show."""

import os
import sys

from compoundry import __version__


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"compoundry {__version__}\n")
        return
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # blocks are small: threads that wait for each other cost more than they bring
    try:
        from compoundry.cli.program import run  # Typer and rich cost more than answering --version takes
    except KeyboardInterrupt:
        sys.exit(130)
    run(sys.argv[1:])
