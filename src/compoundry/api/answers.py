"""Shape what leaves the service: one JSON spelling, one shape for every error."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.responses import Response

PREFIX: Final = "/api/developers/v1"


class Answer(Response):
    """Send JSON: times in UTC with a Z, and never a null at the top (clients crash on those)."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(_present(content), option=orjson.OPT_UTC_Z)


def problem(
    status: int, message: str, *, request_id: str, details: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Say what went wrong in the shape that every client knows."""
    body = {"code": status, "message": message, "request_id": request_id, "details": dict(details) if details else None}
    return Answer(body, status_code=status, headers=dict(headers or {}))


def _present(content: Any) -> Any:
    return {k: v for k, v in content.items() if v is not None} if isinstance(content, dict) else content
