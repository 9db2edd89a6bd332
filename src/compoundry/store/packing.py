"""Write JSON about many insights as bytes, their ids apart: random digits don't compress, and sixteen bytes hold an UUID.

>>> ids = ["01234567-89ab-cdef-0123-456789abcdef"]
>>> unpacked(packed({"why": "old"}, ids)) == ({"why": "old"}, ids)
True
>>> unpacked(packed(1, ["i7"]))
(1, ['i7'])
"""

import zlib
from collections.abc import Sequence
from typing import Any, Final

import orjson

from compoundry.store import uuids

_LEVEL: Final = 1  # measured: half the size for 0.7 s in a million changes; higher levels only take longer
_UUIDS, _WORDS = b"\x02", b"\x01"  # what was packed before begins with zlib's own mark


def packed(told: Any, ids: Sequence[str]) -> bytes:
    """Write a value and ids as bytes."""
    raw = uuids.raw(ids)
    if raw is None:
        return _WORDS + _squeezed([list(ids), told])
    return _UUIDS + len(ids).to_bytes(4, "big") + raw + _squeezed(told)


def unpacked(kept: bytes) -> tuple[Any, list[str] | None]:
    """Read the value and the ids; None for ids that an older version has left within the value."""
    match kept[:1]:
        case b"\x02":
            end = 5 + uuids.SIZE * int.from_bytes(kept[1:5], "big")
            return orjson.loads(zlib.decompress(kept[end:])), uuids.spelled(kept[5:end])
        case b"\x01":
            ids, told = orjson.loads(zlib.decompress(kept[1:]))
            return told, ids
        case _:
            return orjson.loads(zlib.decompress(kept)), None


def _squeezed(told: Any) -> bytes:
    return zlib.compress(orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY), _LEVEL)
