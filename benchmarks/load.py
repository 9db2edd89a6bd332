"""Send the same request over and over on kept-alive sockets, cheaply, and time it."""

import asyncio
import statistics
import time
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Timing:
    """Hold what a load gave: requests a second, and the median answer in milliseconds."""

    per_second: float
    p50_ms: float


def load(url: str, *, method: str = "GET", body: bytes = b"", key: str = "", requests: int, connections: int) -> Timing:
    """Send `requests` requests over `connections` sockets; raise RuntimeError for an answer that is no 2xx."""
    return asyncio.run(_load(url, method, body, key, requests, connections))


async def _load(url: str, method: str, body: bytes, key: str, requests: int, connections: int) -> Timing:
    took: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(_connection(url, method, body, key, requests // connections, took) for _ in range(connections)))
    return Timing(len(took) / (time.perf_counter() - began), statistics.median(took) * 1_000)


async def _connection(url: str, method: str, body: bytes, key: str, requests: int, took: list[float]) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = f"{method} {parts.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    for _ in range(requests):
        sent = time.perf_counter()
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not answer.startswith(b"http/1.1 2"):
            raise RuntimeError(answer.decode())
        await reader.readexactly(int(answer.split(b"content-length:")[1].split(b"\r\n")[0]))
        took.append(time.perf_counter() - sent)
    writer.close()
