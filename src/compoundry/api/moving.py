"""Take a whole workspace along over HTTP, and put it down in an empty one."""

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated, Any

from fastapi import Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from compoundry import wire
from compoundry.api.answers import Answer
from compoundry.api.routing import app, caller, needs, router
from compoundry.service import moving

routes = router("moving")

_LINES = "application/x-ndjson"
_SPOOL_BYTES, _CHUNK_BYTES = 4_000_000, 64_000
_RESTORES: dict[str, Any] = {
    "openapi_extra": {
        "x-scope": "record.write",
        "requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}},
    }
}


async def _raw(request: Request) -> bytes:
    return await request.body()


@routes.get("/export", response_model=None, **needs("record.read"))
def export(request: Request, vectors: Annotated[bool, Query(description="Whether vectors go along")] = True) -> Response:
    """Return the whole workspace as JSON lines; secrets stay."""
    # a slow reader must not hold a transaction open; who reads the answer closes the file
    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115
    for line in moving.export(app(request), caller(request), vectors=vectors):
        spool.write(line)
    spool.seek(0)
    headers = {"Content-Disposition": 'attachment; filename="workspace.jsonl"'}
    return StreamingResponse(_chunks(spool), media_type=_LINES, headers=headers)


@routes.post("/restore", status_code=201, response_model=None, **_RESTORES)
def restore(request: Request, raw: Annotated[bytes, Depends(_raw)]) -> Answer:
    """Put an exported workspace into this empty one, all or nothing."""
    done = moving.restore(app(request), caller(request), raw.splitlines())
    return Answer(wire.restored(done), status_code=201)


def _chunks(spool: IO[bytes]) -> Iterator[bytes]:
    with spool:
        while chunk := spool.read(_CHUNK_BYTES):
            yield chunk
