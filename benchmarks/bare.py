"""Serve what is compared with: a bare FastAPI application with one endpoint that writes a row and one that reads none."""

import socket
import sqlite3
import sys
import threading

import uvicorn
from fastapi import FastAPI

made = FastAPI()
_lock = threading.Lock()
_database = sqlite3.connect(sys.argv[1] if len(sys.argv) > 1 else ":memory:", check_same_thread=False, isolation_level=None)


@made.post("/row")
def row(body: dict[str, object]) -> dict[str, object]:
    """Write one row durably."""
    with _lock:
        _database.execute("INSERT INTO rows (body) VALUES (?)", (str(body),))
    return {"ok": True}


@made.get("/thing/{id}")
def thing(id: str) -> dict[str, object]:
    """Answer with a small object."""
    return {"id": id, "status": "completed", "count": 0}


if __name__ == "__main__":
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        _database.execute(f"PRAGMA {pragma}")
    _database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, body TEXT)")
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(made, log_config=None, access_log=False)).run(sockets=[listening])
