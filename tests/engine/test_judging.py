"""A language model may decide what would go to review: within a budget, in its words, and only when it is asked to."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest

from compoundry.app import Parts, assemble
from compoundry.encoders.chat import Chat
from compoundry.model import Caller, Run
from compoundry.service import access, explaining, insights, review, runs
from compoundry.settings import Settings
from tests.made import finish, learn, run, said
from tests.talker import Talking, talking

UNSURE = [said("Dana is a person.", "Dana"), said("Dana is a real person.", "Dana", day=1)]
MORE = [said("Miguel sold boats.", "Miguel"), said("Miguel sold old boats.", "Miguel", day=1)]

Judged = Callable[..., AbstractContextManager[tuple[Parts, Talking]]]


@pytest.fixture
def judged(parts: Parts, caller: Caller) -> Judged:
    """Give a Compoundry whose judge answers every question with these words."""

    @contextmanager
    def answering(words: str, *, status: int = 200) -> Iterator[tuple[Parts, Talking]]:
        with talking(lambda question: words, status=status) as talk:
            model = Chat("small", talk.url, api_key="k-1", timeout_s=5)
            yield replace(parts, shop=replace(parts.shop, judge=model)), talk

    return answering


def consolidated(parts: Parts, caller: Caller, given: list[dict[str, object]], *, budget: int = 9, dry_run: bool = False) -> Run:
    chosen = {"merge_at": 0.3, "review_at": 0.3, "audit_share": 0.0, "judge_budget": budget}
    access.configure(parts.app, caller, "consolidation", chosen)
    learn(parts, caller, given)
    return run(parts, caller, "consolidation", dry_run=dry_run)


def test_what_the_judge_finds_the_same_is_merged_with_its_words_as_the_reason(judged: Judged, caller: Caller) -> None:
    with judged("SAME. Real adds nothing here.") as (parts, talk):
        done = consolidated(parts, caller, UNSURE)
    assert done.counts.affected == 2
    assert (talk.asked[0]["path"], talk.asked[0]["key"], talk.asked[0]["temperature"]) == ("/v1/chat/completions", "Bearer k-1", 0)
    (entry,) = [entry for _, entry in runs.changes(parts.app, caller, done.id)]
    assert (entry.reason.code, entry.reason.facts["judge"], entry.reason.facts["judge_says"]) == (
        "judged",
        "small",
        "Real adds nothing here.",
    )
    assert [note.facts["same"] for note in done.notes] == [1]


def test_what_the_judge_finds_different_is_kept_apart_for_good_and_can_be_reverted(judged: Judged, caller: Caller) -> None:
    with judged("DIFFERENT: one says more.") as (parts, talk):
        done = consolidated(parts, caller, UNSURE)
        assert (done.counts.affected, done.counts.created) == (0, 0)
        (refused,) = review.queue(parts.app, caller, status="rejected")
        assert (refused.decided_by, refused.reason.code) == ("judge small", "judged")
        learn(parts, caller, [said("Dana is tall.", "Dana")])
        run(parts, caller, "consolidation")
        assert review.one(parts.app, caller, refused.id).status == "rejected"
        finish(parts, runs.revert(parts.app, caller, done.id))
        assert refused.id not in [c.id for c in review.queue(parts.app, caller, status="rejected")]
    assert any("real" in asked["messages"][-1]["content"] for asked in talk.asked)


@pytest.mark.parametrize("words", ["UNSURE, hard to say.", "", "I will not answer that."])
def test_what_the_judge_does_not_settle_goes_to_a_person_with_what_it_said(judged: Judged, caller: Caller, words: str) -> None:
    with judged(words) as (parts, _):
        done = consolidated(parts, caller, UNSURE)
    (asked,) = review.queue(parts.app, caller)
    assert (done.counts.affected, asked.reason.facts["judged"]) == (0, "unsure")


def test_a_budget_bounds_the_questions_and_the_rest_goes_to_a_person(judged: Judged, caller: Caller) -> None:
    with judged("SAME.") as (parts, talk):
        done = consolidated(parts, caller, [*UNSURE, *MORE], budget=1)
    assert (len(talk.asked), done.counts.affected, done.counts.created) == (1, 2, 1)


def test_without_a_budget_nobody_is_asked(judged: Judged, caller: Caller) -> None:
    with judged("SAME.") as (parts, talk):
        done = consolidated(parts, caller, UNSURE, budget=0)
    assert (talk.asked, done.counts.created, done.notes) == ([], 1, ())


def test_a_judge_that_cannot_be_reached_leaves_everything_to_people(judged: Judged, caller: Caller) -> None:
    with judged("SAME.", status=500) as (parts, talk):
        done = consolidated(parts, caller, [*UNSURE, *MORE])
    assert (len(talk.asked), done.state, done.counts.created) == (1, "completed", 2)
    assert "can't be used now" in done.notes[0].text


def test_a_preview_with_a_judge_is_applied_as_it_was_shown(judged: Judged, caller: Caller) -> None:
    with judged("SAME.") as (parts, talk):
        shown = consolidated(parts, caller, UNSURE, dry_run=True)
        applied = finish(parts, runs.apply(parts.app, caller, shown.id))
    assert (len(talk.asked), applied.counts, applied.notes) == (1, shown.counts, shown.notes)
    gone = next(entry.subject for _, entry in runs.changes(parts.app, caller, applied.id))
    assert insights.one(parts.app, caller, gone).standing == "merged"
    assert explaining.why(parts.app, caller, gone).decisions[-1][1].reason.code == "judged"


def test_a_budget_without_a_model_is_said_in_the_notes(database_url: str) -> None:
    parts = assemble(Settings(encoder="hashed"), database_url)
    caller = access.operator(access.create_workspace(parts.app, "Acme").id)
    done = consolidated(parts, caller, UNSURE)
    parts.close()
    assert done.counts.created == 1
    assert "COMPOUNDRY_CHAT names none" in done.notes[0].text
