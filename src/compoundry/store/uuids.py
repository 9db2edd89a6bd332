"""Write many UUIDs as sixteen bytes each, and spell them again; both orders are the same.

>>> kept = raw(["01234567-89ab-cdef-0123-456789abcdef"])
>>> len(kept), spelled(kept)
(16, ['01234567-89ab-cdef-0123-456789abcdef'])
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

SIZE: Final = 16
_SPELLED: Final = 36
_DASHES: Final = [8, 13, 18, 23]
_GROUPS: Final = [slice(0, 8), slice(9, 13), slice(14, 18), slice(19, 23), slice(24, 36)]


def raw(ids: Sequence[str]) -> bytes | None:
    """Return UUIDs as bytes; None unless all are UUIDs as we spell them."""
    text = "".join(ids)
    if set(map(len, ids)) != {_SPELLED} or not text.isascii() or text != text.lower():
        return None
    letters = np.frombuffer(text.encode(), np.uint8).reshape(-1, _SPELLED)
    if not (letters[:, _DASHES] == ord("-")).all():
        return None
    try:
        found = bytes.fromhex(np.concatenate([letters[:, group] for group in _GROUPS], axis=1).tobytes().decode())
    except ValueError:
        return None
    return found if len(found) == SIZE * len(ids) else None  # fewer where a space was among the digits


def spelled(kept: bytes) -> list[str]:
    """Spell UUIDs kept as bytes."""
    letters = np.full((len(kept) // SIZE, _SPELLED), ord("-"), np.uint8)
    digits, done = np.frombuffer(kept.hex().encode(), np.uint8).reshape(-1, 2 * SIZE), 0
    for group in _GROUPS:
        letters[:, group] = digits[:, done : (done := done + group.stop - group.start)]
    text = letters.tobytes().decode()
    return [text[start : start + _SPELLED] for start in range(0, len(text), _SPELLED)]


def order(kept: bytes) -> NDArray[np.intp]:
    """Return the places of UUIDs kept as bytes, the least first.

    >>> kept = raw(["10000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001"])
    >>> order(kept).tolist()
    [1, 0]
    >>> order(raw(["00000000-0000-0000-0000-000000000002", "00000000-0000-0000-0000-000000000001"])).tolist()
    [1, 0]
    """
    high, low = np.frombuffer(kept, ">u8").astype(np.uint64).reshape(-1, 2).T
    places = np.argsort(high)
    alone = (np.diff(high[places]) > 0).all()  # nearly always, and then the second halves decide nothing
    return places if alone else np.lexsort((low, high))
