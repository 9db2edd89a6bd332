"""Each event reaches each webhook at least once, signed, whatever receivers and workers do meanwhile."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from compoundry.app import Parts
from compoundry.engine.courier import Courier
from compoundry.errors import Conflict
from compoundry.hooks.addresses import networks
from compoundry.model import Caller
from compoundry.service import webhooks
from compoundry.store import deliveries, fanning
from tests.hooks.receiver import always, receiving, until, well
from tests.made import learn, run, said
from tests.server import start

HERE = "127.0.0.0/8"
PAUSES_S = (0.02,) * 30


@pytest.fixture
def parts(parts: Parts) -> Parts:
    """Allow calls to this machine."""
    return replace(parts, app=replace(parts.app, networks=networks(HERE)))


@contextmanager
def carrying(parts: Parts, pauses_s: tuple[float, ...] = PAUSES_S) -> Iterator[Courier]:
    courier = Courier(parts.shop, replace(parts.postage, pauses_s=pauses_s, timeout_s=0.5, poll_s=0.05))
    courier.start()
    try:
        yield courier
    finally:
        courier.close()


def tell(parts: Parts, caller: Caller, events: int) -> None:
    for n in range(events):
        learn(parts, caller, [said(f"Fact {n}.")])


def everything_ended(parts: Parts, caller: Caller, events: int) -> bool:
    sent = webhooks.sent(parts.app, caller, limit=1_000)
    return len(sent) >= events and all(one.state != "waiting" for one in sent)


def test_a_bad_receiver_gets_every_event_at_least_once_and_each_message_verifies(parts: Parts, caller: Caller) -> None:
    dice = random.Random(5)

    def badly(n: int) -> tuple[int, dict[str, str], float]:
        match dice.choices(("fail", "stall", "busy", "well"), (30, 3, 5, 62))[0]:
            case "fail":
                return 500, {}, 0.0
            case "stall":
                return 204, {}, 1.0
            case "busy":
                return 429, {"Retry-After": "1"}, 0.0
        return 204, {}, 0.0

    events = 60
    with receiving(badly) as bad, receiving() as good:
        hook, _ = webhooks.create(parts.app, caller, bad.url), webhooks.create(parts.app, caller, good.url)
        with carrying(parts):
            tell(parts, caller, events)
            assert until(lambda: everything_ended(parts, caller, events * 2)), webhooks.sent(parts.app, caller, state="waiting")
        assert {one.state for one in webhooks.sent(parts.app, caller, limit=1_000)} == {"delivered"}
        assert len({one.id for one in bad.taken()}) == len({one.id for one in good.taken()}) == len(good.taken()) == events
        assert len(bad.requests) > events
        told = [one.verified(hook.secret) for one in bad.requests]
        assert {one["type"] for one in told} == {"insight.created"}
        assert len({tuple(one["data"]["ids"]) for one in told}) == events


def test_a_message_that_was_touched_or_is_old_is_refused(parts: Parts, caller: Caller) -> None:
    with receiving() as receiver, carrying(parts):
        hook = webhooks.create(parts.app, caller, receiver.url)
        tell(parts, caller, 1)
        assert until(lambda: len(receiver.taken()) == 1)
    got = receiver.requests[0]
    old = str(int((datetime.now(UTC) - timedelta(minutes=6)).timestamp()))
    for touched in (
        replace(got, body=got.body + " "),
        replace(got, headers={**got.headers, "webhook-id": "another"}),
        replace(got, headers={**got.headers, "webhook-timestamp": old}),
    ):
        with pytest.raises(WebhookVerificationError):
            touched.verified(hook.secret)


def test_while_a_secret_is_changed_both_verify(parts: Parts, caller: Caller) -> None:
    with receiving() as receiver, carrying(parts):
        old = webhooks.create(parts.app, caller, receiver.url)
        new = webhooks.rotate(parts.app, caller, old.id)
        tell(parts, caller, 1)
        assert until(lambda: len(receiver.taken()) == 1)
    (got,) = receiver.requests
    assert len(got.headers["webhook-signature"].split()) == 2
    assert got.verified(old.secret) == got.verified(new.secret)
    assert new.secret != old.secret
    after = new.old_until
    assert after is not None
    assert new.secrets(after + timedelta(seconds=1)) == [new.secret]


def test_only_the_kinds_that_were_asked_for_are_sent_and_only_from_then_on(parts: Parts, caller: Caller, stranger: Caller) -> None:
    tell(parts, caller, 3)
    with receiving() as receiver, carrying(parts):
        webhooks.create(parts.app, caller, receiver.url, kinds=["run.completed"])
        tell(parts, caller, 3)
        tell(parts, stranger, 1)
        run(parts, caller, "metrics")
        assert until(lambda: len(receiver.taken()) == 1)
    assert [one.kind for one in webhooks.sent(parts.app, caller)] == ["run.completed"]
    assert webhooks.sent(parts.app, stranger) == []


def test_gone_stops_a_webhook_until_somebody_resumes_it(parts: Parts, caller: Caller) -> None:
    with receiving(always(410)) as receiver, carrying(parts):
        hook = webhooks.create(parts.app, caller, receiver.url)
        tell(parts, caller, 1)
        assert until(lambda: not webhooks.known(parts.app, caller)[0].active)
        tell(parts, caller, 1)
        (dead,) = webhooks.sent(parts.app, caller, state="dead")
        with pytest.raises(Conflict, match="resume"):
            webhooks.redeliver(parts.app, caller, dead.id)
        receiver.behave = well
        assert webhooks.resume(parts.app, caller, hook.id).active
        webhooks.redeliver(parts.app, caller, dead.id)
        assert until(lambda: [one.id for one in receiver.taken()] == [dead.id])
        tell(parts, caller, 1)
        assert until(lambda: len(receiver.taken()) == 2), "what happened while it was stopped isn't sent"


def test_what_nobody_takes_ends_in_the_dead_letters_and_can_be_sent_again(parts: Parts, caller: Caller) -> None:
    with receiving(always(500)) as receiver, carrying(parts, (0.01, 0.01)):
        webhooks.create(parts.app, caller, receiver.url)
        tell(parts, caller, 1)
        assert until(lambda: len(webhooks.sent(parts.app, caller, state="dead")) == 1)
        (dead,) = webhooks.sent(parts.app, caller, state="dead")
        assert (dead.attempts, dead.answer[:3], len(receiver.requests)) == (3, "500", 3)
        receiver.behave = well
        webhooks.redeliver(parts.app, caller, dead.id)
        assert until(lambda: webhooks.delivery(parts.app, caller, dead.id).state == "delivered")
    assert {one.id for one in receiver.requests} == {dead.id}


def test_an_answer_that_is_no_text_is_heard_too(parts: Parts, caller: Caller) -> None:
    with receiving(always(200)) as receiver, carrying(parts):
        receiver.said = b"GIF89a\x00\xff"
        webhooks.create(parts.app, caller, receiver.url)
        tell(parts, caller, 1)
        assert until(lambda: [one.answer for one in webhooks.sent(parts.app, caller, state="delivered")] == ["200 GIF89a\ufffd\ufffd"])
    assert len(receiver.requests) == 1


def test_the_courier_outlives_whatever_goes_wrong(parts: Parts, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def once(real: Callable[..., Any]) -> Callable[..., Any]:
        left = [RuntimeError("not this time")]

        def act(*given: Any) -> Any:
            if left:
                raise left.pop()
            return real(*given)

        return act

    monkeypatch.setattr(fanning, "unheard", once(fanning.unheard))
    monkeypatch.setattr(deliveries, "settle", once(deliveries.settle))
    with receiving() as receiver, carrying(parts):
        webhooks.create(parts.app, caller, receiver.url)
        tell(parts, caller, 1)
        assert until(lambda: len(webhooks.sent(parts.app, caller, state="delivered")) == 1)
    assert len(receiver.requests) == 2, "what could not be settled is sent again"


def test_retry_after_is_waited_for(parts: Parts, caller: Caller) -> None:
    with receiving(lambda n: (503, {"Retry-After": "1"}, 0.0) if n == 0 else well(n)) as receiver, carrying(parts):
        webhooks.create(parts.app, caller, receiver.url)
        tell(parts, caller, 1)
        assert until(lambda: len(receiver.taken()) == 1)
    assert receiver.requests[1].at - receiver.requests[0].at >= 1


def test_a_redirect_is_not_followed(parts: Parts, caller: Caller) -> None:
    with receiving() as inner, receiving(always(302, Location=inner.url)) as outer, carrying(parts, ()):
        webhooks.create(parts.app, caller, outer.url)
        tell(parts, caller, 1)
        assert until(lambda: len(webhooks.sent(parts.app, caller, state="dead")) == 1)
    assert inner.requests == []


def test_a_stalling_receiver_delays_nobody_else(parts: Parts, caller: Caller) -> None:
    with receiving(lambda n: (204, {}, 5.0)) as slow, receiving() as quick, carrying(parts):
        webhooks.create(parts.app, caller, slow.url)
        webhooks.create(parts.app, caller, quick.url)
        tell(parts, caller, 20)
        assert until(lambda: len(quick.taken()) == 20)
    assert slow.taken() == []


def _kill(database_url: str, dice: random.Random) -> None:
    worker = start(
        "worker",
        *("--database", database_url),
        COMPOUNDRY_WEBHOOK_NETWORKS=HERE,
        COMPOUNDRY_WEBHOOK_PAUSES_S="[0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05]",
        COMPOUNDRY_WEBHOOK_TIMEOUT_S="0.5",
    )
    assert worker.stdout is not None
    worker.stdout.readline()
    time.sleep(dice.random() * 0.3)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()


@pytest.mark.parametrize("kills", [pytest.param(2, id="short"), pytest.param(50, id="long", marks=pytest.mark.slow)])
def test_killed_workers_lose_no_message(parts: Parts, caller: Caller, database_url: str, kills: int) -> None:
    dice, events = random.Random(3), 0
    with receiving(lambda n: (500 if n % 3 == 0 else 204, {}, 0.02)) as receiver:
        hook = webhooks.create(parts.app, caller, receiver.url)
        for _ in range(kills):
            tell(parts, caller, 5)
            events += 5
            _kill(database_url, dice)
        with carrying(parts):
            assert until(lambda: everything_ended(parts, caller, events))
        answered = {one.id for one in receiver.requests}
    assert {one.id for one in webhooks.sent(parts.app, caller, state="delivered", limit=1_000)} <= answered
    assert len(answered) == events
    assert all(Webhook(hook.secret).verify(one.body, dict(one.headers)) for one in receiver.requests)
    assert webhooks.sent(parts.app, caller, state="dead") == []
