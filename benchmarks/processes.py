"""Read how much processor time processes have taken, from Linux's /proc."""

import os
from pathlib import Path


def cpu_s(pid: int) -> float:
    """Return the seconds of processor time that a process has taken, in its own code and in the kernel."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def server_cpu_s() -> float:
    """Add up what the processes of PostgreSQL on this machine have taken; a connection that was closed counts no more."""
    return sum(_taken_s(folder) for folder in Path("/proc").iterdir() if folder.name.isdigit())


def _taken_s(folder: Path) -> float:
    try:
        return cpu_s(int(folder.name)) if (folder / "comm").read_text().strip() == "postgres" else 0.0
    except OSError:  # it has just ended
        return 0.0
