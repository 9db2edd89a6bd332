"""People decide once, what they decide can be taken back, and what they refused stays refused."""

from typing import Any

import httpx2
import pytest

from tests.api.test_contract import ended, must_be_problem
from tests.server import Served, new_key

DANA = {"entities": [{"name": "Dana", "type": "person"}]}
UNSURE = [{"content": "Dana reports to Victor in sales.", **DANA}, {"content": "Victor reports to Dana in sales.", **DANA}]


def run(client: httpx2.Client, job_type: str) -> dict[str, Any]:
    return ended(client, client.post("/compounding/trigger", json={"job_type": job_type}).json()["job_run_id"])


@pytest.fixture
def asked(client: httpx2.Client) -> dict[str, Any]:
    """Give a candidate that a job has proposed: a rule from a lesson."""
    client.post("/insights", json={"content": "When the export times out, restart the queue worker first.", **DANA})
    run(client, "playbook_synthesis")
    (candidate,) = client.get("/candidates?kind=rule").json()["data"]
    return candidate  # type: ignore[no-any-return]


def test_a_candidate_shows_what_it_is_about_and_why(client: httpx2.Client, asked: dict[str, Any]) -> None:
    assert asked["reason"]["text"].startswith("When the export times out, restart the queue worker first. — the lesson")
    assert asked["insights"][0]["content"].startswith("When the export")
    assert client.get(f"/candidates/{asked['id']}").headers["ETag"] == f'"{asked["version"]}"'


def test_accepting_a_rule_makes_it_active_and_reverting_asks_again(client: httpx2.Client, asked: dict[str, Any]) -> None:
    done = client.post(f"/candidates/{asked['id']}/accept", json={"note": "we do"}).json()
    assert (done["status"], done["note"]) == ("accepted", "we do")
    assert client.get("/rules").json()["data"][0]["status"] == "active"
    ended(client, client.post(f"/compounding/jobs/{done['job_run_id']}/revert").json()["job_run_id"])
    assert client.get("/rules").json()["data"][0]["status"] == "candidate"
    assert client.get(f"/candidates/{asked['id']}").json()["status"] == "open"


def test_the_second_of_two_reviewers_gets_409(client: httpx2.Client, asked: dict[str, Any]) -> None:
    seen = {"If-Match": f'"{asked["version"]}"'}
    assert client.post(f"/candidates/{asked['id']}/reject", headers=seen, json={"note": "it is a one-off"}).status_code == 200
    told = must_be_problem(client.post(f"/candidates/{asked['id']}/accept", headers=seen), 409)
    assert "rejected already" in told["message"]
    first = client.get(f"/candidates/{asked['id']}").json()
    assert (told["details"]["note"], told["details"]["decided_by"]) == ("it is a one-off", first["decided_by"])


def test_a_rejected_rule_is_not_proposed_again(client: httpx2.Client, asked: dict[str, Any]) -> None:
    client.post(f"/candidates/{asked['id']}/reject")
    run(client, "playbook_synthesis")
    assert client.get("/candidates").json()["data"] == []
    assert client.get("/rules").json()["data"][0]["status"] == "rejected"


def test_a_key_that_may_only_write_can_review(served: Served, sqlite_url: str) -> None:
    with served.client(new_key(sqlite_url, scopes="record.write,record.read")) as both:
        both.post("/insights", json={"content": "Never deploy on a Friday."})
        run(both, "playbook_synthesis")
        (candidate,) = both.get("/candidates?kind=rule").json()["data"]
        assert both.post(f"/candidates/{candidate['id']}/accept").status_code == 200


def test_an_unmerged_insight_stands_again_and_stays_apart(client: httpx2.Client) -> None:
    client.post("/insights", json=[{"content": "Dana likes green tea.", **DANA} for _ in range(2)])
    merging = run(client, "consolidation")
    (merge, *_) = [c for c in client.get(f"/compounding/jobs/{merging['job_run_id']}/changes").json()["data"] if c["change"] == "merge"]
    apart = client.post(f"/insights/{merge['subject']}/unmerge")
    assert (apart.status_code, apart.json()["standing"]) == (200, "active")
    run(client, "consolidation")
    assert len(client.get("/insights").json()["data"]) == 2
    must_be_problem(client.post(f"/insights/{merge['subject']}/unmerge"), 409)
    why = client.get(f"/insights/{merge['subject']}/why").json()
    assert [d["change"] for d in why["decisions"]] == ["merge", "unmerge"]


def test_better_words_can_be_accepted_and_many_at_once(client: httpx2.Client) -> None:
    client.post("/insights", json=[{"content": f"Never deploy service {n} on a Friday."} for n in ("alpha", "beta", "gamma")])
    run(client, "playbook_synthesis")
    many = client.post("/candidates/accept", json={"kind": "rule", "at_least": 0.1}).json()
    assert (len(many["accepted"]), many["refused"]) == (3, [])
    assert {r["status"] for r in client.get("/rules").json()["data"]} == {"active"}
    must_be_problem(client.post("/candidates/accept", json={"kind": "everything"}), 400)


def test_a_rejection_takes_no_choice_that_it_would_drop(client: httpx2.Client, asked: dict[str, Any]) -> None:
    for choice in ({"only": asked["subjects"]}, {"keep": asked["subjects"][0]}, {"content": "Deploy on Mondays."}):
        problem = must_be_problem(client.post(f"/candidates/{asked['id']}/reject", json=choice), 400)
        assert problem["message"] == f"{next(iter(choice))}: is no field of this"
    assert client.get(f"/candidates/{asked['id']}").json()["status"] == "open"


@pytest.mark.parametrize("slip", [{"contents": "Restart the worker."}, {"keeps": "i1"}])
def test_a_slip_in_a_decision_is_refused_and_decides_nothing(client: httpx2.Client, asked: dict[str, Any], slip: dict[str, str]) -> None:
    told = must_be_problem(client.post(f"/candidates/{asked['id']}/accept", json=slip), 400)
    assert told["message"] == f"{next(iter(slip))}: is no field of this"
    must_be_problem(client.post("/candidates/accept", json={"kind": "rule", "at_leats": 0.9}), 400)
    assert client.get(f"/candidates/{asked['id']}").json()["status"] == "open"


def test_a_plan_that_breaks_a_canary_is_not_applied(client: httpx2.Client) -> None:
    ids = client.post("/insights", json=[{"content": "Dana likes green tea.", **DANA} for _ in range(2)]).json()["ids"]
    assert client.put("/policy/canaries", json={"never_merge": [ids]}).json()["never_merge"] == [ids]
    failed = run(client, "consolidation")
    assert (failed["status"], failed["error_details"]["type"]) == ("failed", "too_much")
    assert "must never be merged" in failed["error_details"]["message"]
    assert len(client.get("/insights").json()["data"]) == 2
    client.put("/policy/canaries", json={"never_merge": None})
    assert run(client, "consolidation")["insights_affected"] == 2


@pytest.mark.parametrize("wrong", [{"merge_at": -5}, {"audit_share": 7}, {"questions": -3}, {"precision_target": 3}, {"judge_budget": -1}])
def test_settings_that_make_no_sense_are_refused_by_name(client: httpx2.Client, wrong: dict[str, float]) -> None:
    told = must_be_problem(client.put("/policy/consolidation", json=wrong), 400)
    assert f"{next(iter(wrong))} must be" in told["message"]


def test_wrong_settings_are_refused_by_name(client: httpx2.Client) -> None:
    assert "no setting 'x'" in must_be_problem(client.put("/policy/metrics", json={"x": 1}), 400)["message"]
    assert "must be like" in must_be_problem(client.put("/policy/canaries", json={"most_affected": "all"}), 400)["message"]
    for section, wrong, said in (
        ("nothing", {}, "there are no settings for 'nothing'; one of consolidation"),
        ("canaries", {"must_stay": "all"}, "must_stay must be a list, not 'all'"),
        ("metrics", {"at_least": {"insights": "many"}}, "at_least must be an object of numbers by name"),
        ("decay_sweep", {"cap": 2}, "decay_sweep: 'cap' must be between 0 and 1, not 2"),
        ("decay_sweep", {"floors": {"fact": 2}}, "decay_sweep: floors of 'fact' must be between 0 and 1, not 2"),
    ):
        assert said in must_be_problem(client.put(f"/policy/{section}", json=wrong), 400)["message"]
    assert client.get("/policy").json()["canaries"]["most_affected"] == 1.0
