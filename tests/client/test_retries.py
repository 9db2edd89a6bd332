"""A call is sent again only where that can't do anything twice, and not before the server wants it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from compoundry.client import ClientError, Retries, Unreachable, calls
from compoundry.client.answers import Answer, error, retry_after_s
from compoundry.client.retries import NotSent

READING = calls.status("x")
ONCE = calls.trigger("metrics", dry_run=False, idempotency_key="k")
TWICE = calls.act("x", "apply")
LOST = Unreachable("lost")


def said(status: int, **headers: str) -> ClientError:
    return error(Answer(status, headers, b"<html>"))


@pytest.mark.parametrize(
    ("call", "failure", "again"),
    [
        (READING, LOST, True),
        (ONCE, LOST, True),
        (TWICE, LOST, False),
        (TWICE, NotSent("refused"), True),
        (TWICE, said(429), True),
        (TWICE, said(503), False),
        (ONCE, said(503), True),
        (READING, said(502), True),
        (READING, said(404), False),
        (READING, said(401), False),
        (ONCE, said(400), False),
        (ONCE, said(409), False),
        (READING, said(501), True),
        (TWICE, said(500), False),
    ],
)
def test_what_may_be_sent_again(call: calls.Call[object], failure: ClientError, again: bool) -> None:
    assert (Retries().pause_s(call, failure, 0) is not None) == again


def test_pauses_grow_and_end() -> None:
    pauses = [Retries(most=6, first_s=1, longest_s=8).pause_s(READING, LOST, tried) for tried in range(7)]
    assert pauses[6] is None
    for pause, longest in zip(pauses[:6], (1, 2, 4, 8, 8, 8), strict=True):
        assert pause is not None
        assert longest / 2 <= pause <= longest


def test_the_server_says_how_long_to_wait() -> None:
    assert Retries().pause_s(READING, said(429, **{"retry-after": "7"}), 0) == 7
    assert Retries(patience_s=5).pause_s(READING, said(429, **{"retry-after": "7"}), 0) is None
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 < (retry_after_s(later) or 0) <= 30
    assert retry_after_s("tomorrow") is None
