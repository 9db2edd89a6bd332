"""The client does everything that the API does, in types."""

import inspect
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

import compoundry.client as package
from compoundry.client import (
    Candidate,
    Change,
    Client,
    Conflict,
    Invalid,
    Misused,
    NotAllowed,
    NotFound,
    Progress,
    Retries,
    RunFailed,
    TimedOut,
    Unreachable,
    asynchronous,
    sync,
)
from tests.client.conftest import There


def test_a_run_is_triggered_followed_previewed_applied_and_reverted(client: Client) -> None:
    heard: list[Progress] = []
    dry = client.trigger("consolidation", dry_run=True)
    preview = dry.wait(timeout=30, on_progress=heard.append)
    assert (preview.status, preview.dry_run, preview.insights_scanned) == ("completed", True, 3)
    assert preview.insights_affected > 0
    assert heard
    before = len(client.insights.list())
    applied = dry.apply().wait(timeout=30)
    assert (applied.act, applied.subject, applied.insights_affected) == ("apply", dry.id, preview.insights_affected)
    assert [c.body for c in client.changes(applied.id)] == [c.body for c in dry.changes()]
    assert len(client.insights.list()) < before
    reverted = client.revert(applied.id).wait(timeout=30)
    assert (reverted.status, len(client.insights.list())) == ("completed", before)
    with pytest.raises(Conflict):
        client.revert(applied.id)


def test_changes_dispositions_and_stories_carry_reasons(client: Client) -> None:
    run = client.trigger("consolidation").wait(timeout=30)
    merge = next(change for change in client.changes(run.id) if change.change == "merge")
    assert isinstance(merge, Change)
    assert merge.why.text
    assert merge.edits
    assert {d.outcome for d in client.dispositions(run.id)} >= {"merged", "survived"}
    story = client.insights.why(merge.subject)
    assert story.survivor is not None
    assert story.insight.standing == "merged"
    assert [d.job_run_id for d in story.decisions][:1] == [run.id]


def test_an_insight_is_added_read_edited_reinforced_and_forgotten(client: Client) -> None:
    id = client.insights.add("Noor likes tea.", entities=["Noor"], type="preference", confidence=0.5, source="chat")
    found = client.insights.get(id)
    assert (found.content, found.type, found.entities[0].name, found.confidence) == ("Noor likes tea.", "preference", "Noor", 0.5)
    edited = client.insights.edit(id, content="Noor likes green tea.", version=found.version)
    assert edited.content == "Noor likes green tea."
    with pytest.raises(Conflict):
        client.insights.edit(id, content="Noor likes coffee.", version=found.version)
    assert len(client.insights.reinforce(id, source="call").evidence) > len(found.evidence)
    client.insights.forget(id)
    with pytest.raises(NotFound):
        client.insights.get(id)


def test_of_many_insights_the_good_ones_are_kept_and_the_others_named(client: Client) -> None:
    given = [{"content": f"fact {n}" if n % 500 else ""} for n in range(2_001)]
    told = client.insights.add_all(given)
    assert (told.new, len(told.ids), [error["index"] for error in told.errors]) == (1_996, 1_996, [0, 500, 1_000, 1_500, 2_000])
    assert client.insights.add_all([{"content": ""}]).errors
    assert client.insights.add_all([]).new == 0


def test_insights_are_listed_by_time_and_entity(client: Client) -> None:
    client.insights.add("Noor likes tea.", entities=["Noor"])
    assert [i.content for i in client.insights.list(entity="Noor")] == ["Noor likes tea."]
    assert len(client.insights.list(last="1h")) == 4
    assert client.insights.list(until=datetime.now(UTC) - timedelta(hours=1)) == ()
    with pytest.raises(Invalid, match="last"):
        client.insights.list(last="soon")


def test_lists_are_gone_through_page_by_page(client: Client) -> None:
    started = [client.trigger("metrics", dry_run=True).id for _ in range(105)]
    assert [run.id for run in client.runs()] == started[::-1]
    assert [run.id for run in islice(client.runs(job_type="metrics", dry_run=True), 3)] == started[::-1][:3]
    assert list(client.runs(status="failed")) == []


def test_the_other_nouns_are_read_too(client: Client) -> None:
    client.trigger("metrics").wait(timeout=30)
    (snapshot,) = client.metrics()
    assert snapshot.figures
    for found in (client.patterns(), client.rules(), client.candidates.list()):
        assert isinstance(list(found), list)
    assert isinstance(client.playbook(), tuple)
    assert isinstance(client.playbook_page(), str)


def test_a_candidate_is_decided_once(client: Client) -> None:
    client.trigger("decay_sweep").wait(timeout=30)
    open_ones: list[Candidate] = list(client.candidates.list())
    for asked in open_ones[:1]:
        assert client.candidates.reject(asked, note="no").status == "rejected"
        with pytest.raises(Conflict):
            client.candidates.accept(asked)
    with pytest.raises(NotFound):
        client.candidates.accept("00000000-0000-0000-0000-000000000000")


def test_the_same_idempotency_key_gives_the_same_run(client: Client) -> None:
    first, second = (client.trigger("metrics", dry_run=True, idempotency_key="k") for _ in range(2))
    assert first.id == second.id
    with pytest.raises(Conflict):
        client.trigger("decay_sweep", dry_run=True, idempotency_key="k")


def test_a_failed_run_is_raised_unless_told_otherwise(there: There, client: Client) -> None:
    many = [{"content": f"Fact {n} about topic {n % 97}.", "entities": [{"name": f"E{n % 5}"}]} for n in range(3_000)]
    client.insights.add_all(many)
    busy = [client.trigger("consolidation") for _ in range(3)]
    last = client.trigger("metrics")
    cancelled = last.cancel()
    assert cancelled.status == "failed"
    with pytest.raises(RunFailed, match="cancelled"):
        last.wait(timeout=30)
    assert last.wait(timeout=30, check=False).error_details["type"] == "cancelled"
    assert client.retry(last.id).wait(timeout=60).status == "completed"
    with pytest.raises(TimedOut) as late:
        client.trigger("consolidation").wait(timeout=0)
    assert late.value.run.status == "accepted"
    assert [run.wait(timeout=60).status for run in busy] == ["completed"] * 3


def test_errors_are_classes_with_what_the_server_said(there: There, client: Client) -> None:
    with pytest.raises(Invalid, match="unknown job type") as wrong:
        client.trigger("tidying")
    assert (wrong.value.status, bool(wrong.value.request_id)) == (400, True)
    with pytest.raises(NotFound):
        client.status("../../../healthz")
    with Client(there.url, "sk-nonsense") as stranger, pytest.raises(NotAllowed):
        stranger.status("x")
    with Client("http://127.0.0.1:9", "k", retries=Retries(most=1)) as nobody, pytest.raises(Unreachable, match="is the server running"):
        nobody.status("x")
    with pytest.raises(Misused):
        Client("not a url", "k")
    with pytest.raises(Misused):
        Client(there.url, "sk-\n")


@pytest.mark.parametrize("tail", ["", "/", "/api/developers", "/api/developers/v1/"])
def test_an_address_may_come_with_the_path_of_the_api(there: There, key: str, tail: str) -> None:
    with Client(there.url + tail, key) as made:
        assert made.insights.list() == ()


def test_both_clients_have_the_same_methods() -> None:
    for one, other in [
        ("Client", "AsyncClient"),
        ("LiveRun", "AsyncLiveRun"),
        ("Insights", "AsyncInsights"),
        ("Candidates", "AsyncCandidates"),
    ]:
        waits, doesnt = vars(getattr(sync, one)), vars(getattr(asynchronous, other))
        public = {name for name in waits if not name.startswith("_")}
        assert public == {name for name in doesnt if not name.startswith("_")}
        for name in public:
            if inspect.isfunction(waits[name]):
                assert inspect.signature(waits[name]).parameters.keys() == inspect.signature(doesnt[name]).parameters.keys(), name
                assert waits[name].__doc__ == doesnt[name].__doc__, name


def test_every_name_that_the_package_promises_is_there() -> None:
    assert all(getattr(package, name) for name in package.__all__)
    with pytest.raises(AttributeError):
        package.Nothing  # noqa: B018
