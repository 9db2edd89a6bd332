"""Stand in for an embeddings server: a real server on a real socket that speaks the OpenAI embeddings protocol."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from compoundry.encoders.hashed import Hashed


@dataclass
class Embedding:
    """Hold the server's URL, every request that it got, and the statuses that it answers first."""

    url: str
    first: list[int]
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def embedding(*, first: Sequence[int] = (), dimension: int = 64) -> Iterator[Embedding]:
    """Serve until the end of the block; vectors are hashed words, cut to a dimension, told in no order."""
    served = Embedding("", list(first))

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.asked.append({"path": self.path, "key": self.headers.get("Authorization"), **question})
            status = served.first.pop(0) if served.first else 200
            vectors = Hashed().encode(question["input"])[:, :dimension]
            told = [{"object": "embedding", "index": n, "embedding": v.tolist()} for n, v in enumerate(vectors)]
            body = json.dumps({"object": "list", "data": told[::-1], "model": question["model"]}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    served.url = f"http://127.0.0.1:{server.server_port}/v1"
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
