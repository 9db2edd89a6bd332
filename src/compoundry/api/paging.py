"""Cut long lists into pages."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Header, Query
from pydantic import BeforeValidator

T = TypeVar("T")

MOST = 100


def _at_most(value: Any) -> Any:
    return min(int(value), MOST) if isinstance(value, int | str) and str(value).isdecimal() else value


Limit = Annotated[int, BeforeValidator(_at_most), Query(ge=1, description="How many at most; above 100 counts as 100")]
Position = Annotated[int, Query(ge=-1, le=2**31 - 1, description="Where the last page ended")]
AsOf = Annotated[str | None, Query(description="RFC 3339; what was believed then")]
IfMatch = Annotated[str | None, Header(description="The ETag that was read; 409 when somebody has changed it since")]
Cursor = Annotated[str | None, Query(max_length=64, description="Where the last page ended")]


def page(found: Sequence[T], limit: int, shape: Callable[[T], dict[str, Any]], mark: Callable[[T], Any]) -> dict[str, Any]:
    """Shape the first `limit` of the found; `next_cursor` is there when more were found."""
    shown = found[:limit]
    more = {"next_cursor": mark(shown[-1])} if len(found) > limit else {}
    return {"data": [shape(one) for one in shown], **more}
