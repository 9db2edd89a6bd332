"""A plan is the same byte by byte, whoever worked out which share of it."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from compoundry import jobs
from compoundry.job import Plan, Shared, View
from compoundry.text import sentence
from compoundry.text.merging import lineup, sharing
from compoundry.text.sentence import Sentence
from tests.jobs.views import NOW, insight, view

PAIRS = 527  # that are near each other in the workspace below
_SAID = (
    "prefers email over phone calls", "prefers e-mail over phone calls", "prefers phone calls over email", "has 200 employees",
    "has 250 employees now", "doesn't use the export", "uses the export", "signs before the launch", "signs after the launch",
)  # fmt: skip


@pytest.fixture
def workspace() -> View:
    """Show a few hundred insights about twelve people."""
    dice = random.Random(3)
    said = [(f"Person {n % 12}", dice.choice(_SAID), n) for n in range(240)]
    return view([insight(n, f"{who} {what}.", who, day=n % 40) for who, what, n in said])


def planned(given: View) -> Plan:
    job = jobs.named("consolidation")
    return job.module.plan(given, job.policy({}), NOW)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_plan_is_the_same_in_one_part_or_in_many(workspace: View, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[int]()

    def share(questions: Sequence[bytes]) -> Sequence[bytes]:
        asked.append(len(questions))
        job = jobs.named("consolidation").module
        assert isinstance(job, Shared)
        return [job.work_out(question) for question in questions]

    alone = planned(workspace)
    monkeypatch.setattr(sharing, "FROM", PAIRS)
    monkeypatch.setattr(sharing, "EACH", -(-PAIRS // count))
    together = planned(replace(workspace, share=share))
    assert asked == [count]
    assert (together.hash, together) == (alone.hash, alone)
    assert alone.counts.affected
    assert alone.counts.created


def test_what_cannot_be_read_is_set_aside_wherever_it_was_read(workspace: View, monkeypatch: pytest.MonkeyPatch) -> None:
    poisoned = workspace.insights[7].content

    def read(text: str, at: datetime) -> Sentence:
        if text == poisoned:
            raise ValueError("unreadable")
        return honest(text, at)

    honest = sentence.read
    for module in (sharing, lineup):
        monkeypatch.setattr(module, "read", read)
    alone = planned(workspace)
    monkeypatch.setattr(sharing, "FROM", 1)
    together = planned(replace(workspace, share=lambda questions: [sharing.answer(question) for question in questions]))
    assert together == alone
    assert alone.counts.errors >= 1
