"""Every page can be followed: its blocks run as they stand, and its links lead somewhere."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN_FROM_CODE = ROOT / "docs" / "reference"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


def script(page: str) -> str:
    """Make one script of a page: its shell blocks as they are, its Python blocks through `python -`."""
    blocks = [(kind, block) for kind, block in BLOCK.findall(page)]
    return "\n".join(block if kind == "sh" else f"python - <<'PYTHON'\n{block}PYTHON" for kind, block in blocks)


def runnable() -> list[Path]:
    return [page for page in PAGES if WRITTEN_FROM_CODE not in page.parents and script(page.read_text())]


@pytest.mark.parametrize("page", runnable(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path) -> None:
    port = _free_port()
    environment = {
        "HOME": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COMPOUNDRY_ENCODER": "hashed",  # starts at once; what the pages show doesn't hang on it
        "LC_ALL": "C.UTF-8",
    }
    text = f"set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{script(page.read_text())}".replace("8787", str(port))
    (tmp_path / "page.sh").write_text(text)
    process = subprocess.Popen(
        ["bash", "page.sh"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=240)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    targets = [page.parent / link for link in LINK.findall(page.read_text()) if not re.match(r"[a-z]+:", link)]
    missing = [str(target) for target in targets if not target.exists() and WRITTEN_FROM_CODE not in target.resolve().parents]
    assert not missing


def test_the_site_shows_every_page() -> None:
    shown = (ROOT / "zensical.toml").read_text()
    hidden = {"docs/decisions"}
    for page in PAGES[1:]:
        place = page.relative_to(ROOT)
        assert place.parent.as_posix() in hidden or f'"{place.relative_to("docs").as_posix()}"' in shown, place


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
