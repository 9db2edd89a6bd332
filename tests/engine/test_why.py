"""`why` says what became of an insight, and what keeps it apart from what is near."""

import pytest

from compoundry import wire
from compoundry.app import Parts
from compoundry.model import Caller
from compoundry.service import access, explaining, insights, review
from tests.made import learn, run, said

NUMBERS = [said("PR 260 broke the export for Dana.", "Dana"), said("PR 480 broke the export for Dana.", "Dana", day=1)]


@pytest.fixture
def near(parts: Parts, caller: Caller) -> None:
    """Let the small encoder find near what MiniLM would."""
    access.configure(parts.app, caller, "consolidation", {"merge_at": 0.5, "review_at": 0.5})


@pytest.mark.usefixtures("near")
def test_two_numbers_keep_two_facts_apart_and_why_says_so(parts: Parts, caller: Caller) -> None:
    one, other = (learned.id for learned in learn(parts, caller, NUMBERS))
    run(parts, caller, "consolidation")
    told = explaining.why(parts.app, caller, one)
    (apart,) = told.neighbours.apart
    assert (apart.insight.id, apart.reason.code, apart.reason.text) == (other, "quantity", "260 is not 480.")
    assert told.neighbours.near == 1


@pytest.mark.usefixtures("near")
def test_what_was_merged_says_where_it_lives_on_and_because_of_what(parts: Parts, caller: Caller) -> None:
    pair = [said("Dana prefers email over phone calls.", "Dana"), said("dana prefers e-mail over phone calls", "Dana")]
    stays, gone = (learned.id for learned in learn(parts, caller, pair))
    run(parts, caller, "consolidation")
    told = explaining.why(parts.app, caller, gone)
    assert told.survivor is not None
    assert (told.survivor.id, told.neighbours.apart) == (stays, ())
    assert [entry.reason.code for _, entry in told.decisions] == ["same_fact"]
    assert [entry.reason.code for _, entry in explaining.why(parts.app, caller, stays).decisions] == ["same_fact"]


@pytest.mark.usefixtures("near")
def test_what_a_person_took_back_is_said_to_be_kept_apart_by_a_decision(parts: Parts, caller: Caller) -> None:
    pair = [said("Dana prefers email over phone calls.", "Dana"), said("dana prefers e-mail over phone calls", "Dana")]
    _, gone = (learned.id for learned in learn(parts, caller, pair))
    run(parts, caller, "consolidation")
    review.unmerge(parts.app, caller, gone)
    assert [apart.reason.code for apart in explaining.why(parts.app, caller, gone).neighbours.apart] == ["kept_apart"]


@pytest.mark.usefixtures("near")
def test_those_about_nobody_are_compared_with_each_other_only(parts: Parts, caller: Caller) -> None:
    bare = [said(f"PR {n} broke the export for Dana.", day=n // 240) for n in (260, 480)]
    one, *_ = (learned.id for learned in learn(parts, caller, [*bare, *NUMBERS]))
    run(parts, caller, "consolidation")
    assert [apart.reason.text for apart in explaining.why(parts.app, caller, one).neighbours.apart] == ["260 is not 480."]


def test_what_is_not_encoded_yet_has_no_neighbours(parts: Parts, caller: Caller) -> None:
    one, _ = (learned.id for learned in learn(parts, caller, NUMBERS))
    assert explaining.why(parts.app, caller, one).neighbours.near == 0


@pytest.mark.usefixtures("near")
def test_a_question_marks_what_differs(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, [said("Dana is a person.", "Dana"), said("Dana is a real person.", "Dana")])
    run(parts, caller, "consolidation")
    (asked,) = review.queue(parts.app, caller)
    body = wire.candidate(asked, insights.named(parts.app, caller, asked.subjects), caller.workspace_id)
    marks = {part["text"] for one in body["differences"] for part in one["parts"] if part["differs"]}
    assert marks == {"real"}
    assert ["".join(part["text"] for part in one["parts"]) for one in body["differences"]] == [one["content"] for one in body["insights"]]
