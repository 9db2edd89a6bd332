"""Take a file that is named on the command line, or what comes through a pipe."""

from pathlib import Path

import typer

PIPED = Path("-")


def there(file: Path) -> Path:
    """Refuse a file that isn't there; Typer, asked to check by itself, refuses the dash too."""
    if file != PIPED and not file.is_file():
        raise typer.BadParameter(f"there is no file {str(file)!r}.")
    return file
