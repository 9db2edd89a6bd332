"""Make what agents learn compound.

from compoundry import Workspace
with Workspace.open("memory.db") as ws:
    ws.add("Dana prefers email", entities=["Dana"])
    ws.run("consolidation")
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compoundry.library import Workspace

__version__ = "0.1.0"
__all__ = ["Workspace", "__version__"]


def __getattr__(name: str) -> Any:
    """Load the library when it is first used: it takes 0.5 s to import, and the command line imports this package too."""
    if name == "Workspace":
        from compoundry.library import Workspace

        return Workspace
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
