"""Embed Compoundry in a program: one file, no server, no threads.

ws = Workspace.open("memory.db")
ws.add("Dana prefers email to calls", entities=["Dana"], source="call of 3 March")
run = ws.run("consolidation", dry_run=True)
run.changes          # what it would do, each with its reason
run.apply()          # exactly that
"""

from compoundry.library.run import Run
from compoundry.library.workspace import Workspace

__all__ = ["Run", "Workspace"]
