"""Be the command line: parse, call one verb, show."""

import sys

from compoundry import __version__


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"compoundry {__version__}\n")
        return
    from compoundry.cli.program import run  # Typer and rich cost more than answering --version takes

    run(sys.argv[1:])
