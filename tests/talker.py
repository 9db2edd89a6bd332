"""Stand in for a language model: a real server on a real socket that speaks the OpenAI chat protocol."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[str], str]


@dataclass
class Talking:
    """Hold the server's URL, and every question that it was asked."""

    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def talking(reply: Reply, *, status: int = 200) -> Iterator[Talking]:
    """Serve until the end of the block; `reply` makes the answer out of the last message."""
    talk = Talking("")

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            talk.asked.append({"path": self.path, "key": self.headers.get("Authorization"), **question})
            message = {"role": "assistant", "content": reply(question["messages"][-1]["content"])}
            body = json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    talk.url = f"http://127.0.0.1:{server.server_port}/v1"
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        yield talk
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
