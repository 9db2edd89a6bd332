"""Decide whether a call that failed is sent again, and when."""

import random
from dataclasses import dataclass
from typing import Any

from compoundry.client.calls import Call
from compoundry.client.errors import ClientError, Refused, ServerBroken, Unreachable

_TOO_MANY = 429
_PASSING = (500, 502, 503, 504)


class NotSent(Unreachable):
    """Tell that no connection came about, so that the server can't have seen the call."""


@dataclass(frozen=True, slots=True)
class Retries:
    """Try again `most` times, after pauses that double from `first_s`, half of each at random; longer when the server says so.

    A server that asks for more than `patience_s` is not waited for: its error is raised.
    """

    most: int = 8
    first_s: float = 0.2
    longest_s: float = 4.0
    patience_s: float = 60.0

    def pause_s(self, call: Call[Any], error: ClientError, tried: int) -> float | None:
        """Return how long to wait before the next try; None when the error should be raised now.

        A call that may have arrived is only sent again when doing so can't do anything twice.
        """
        if tried >= self.most or not _may_be_sent_again(call, error):
            return None
        asked_s = error.retry_after_s if isinstance(error, Refused) else None
        if asked_s is not None:
            return asked_s if asked_s <= self.patience_s else None
        longest = min(self.longest_s, self.first_s * 2.0**tried)
        return longest / 2 + random.random() * longest / 2  # spreads clients out, guards nothing


NONE = Retries(most=0)


def _may_be_sent_again(call: Call[Any], error: ClientError) -> bool:
    if isinstance(error, NotSent) or (isinstance(error, Refused) and error.status == _TOO_MANY):
        return True
    if isinstance(error, Refused) and error.status not in _PASSING and not isinstance(error, ServerBroken):
        return False
    return call.repeatable
