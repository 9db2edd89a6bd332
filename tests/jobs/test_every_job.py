"""What must hold for every job: it accounts for all, is the same whatever the order of rows, and settles."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compoundry import jobs
from compoundry.job import Measure
from compoundry.model import Insight
from tests.jobs.views import NOW, applied, shuffled, view, workspaces

ALL = list(jobs.found())


@pytest.mark.parametrize("job_type", ALL)
@given(workspace=workspaces(), seed=st.integers(0, 1_000))
@settings(max_examples=40, deadline=None)
def test_the_same_view_gives_the_same_plan_whatever_the_order_of_its_rows(job_type: str, workspace: list[Insight], seed: int) -> None:
    job = jobs.named(job_type)
    first, again = view(workspace), shuffled(view(workspace), seed)
    plan = job.module.plan(first, job.policy({}), NOW)
    plan.must_account_for(first)
    assert plan.hash == job.module.plan(again, job.policy({}), NOW).hash


@pytest.mark.parametrize("job_type", ALL)
@given(workspace=workspaces())
@settings(max_examples=40, deadline=None)
def test_a_second_run_on_the_result_of_the_first_changes_nothing(job_type: str, workspace: list[Insight]) -> None:
    job = jobs.named(job_type)
    first = view(workspace)
    after = applied(first, job.module.plan(first, job.policy({}), NOW))
    again = job.module.plan(after, job.policy({}), NOW)
    assert [c for c in again.changes if not isinstance(c, Measure)] == []


@pytest.mark.parametrize("job_type", ALL)
def test_an_empty_workspace_is_no_problem(job_type: str) -> None:
    job = jobs.named(job_type)
    plan = job.module.plan(view([]), job.policy({}), NOW)
    assert plan.counts.scanned == plan.counts.affected == 0


def test_a_plan_is_the_same_in_every_process() -> None:
    told = [_hashes(seed) for seed in ("0", "1", "4242")]
    assert told[0] == told[1] == told[2]
    assert set(told[0]) == set(ALL)


def _hashes(seed: str) -> dict[str, str]:
    """Plan in a process that hashes strings with this seed, so that sets come in another order."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.jobs.hashes"], capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": seed}
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found
