"""Random workspaces: after apply and revert of all five jobs the state is what it was."""

import tempfile

from hypothesis import HealthCheck, given, settings

from compoundry import jobs
from compoundry.app import assemble
from compoundry.model import Insight
from compoundry.service import access, insights, runs
from compoundry.service.intake import read
from compoundry.settings import Settings
from tests.jobs.views import workspaces
from tests.made import finish, run


@given(workspace=workspaces(most=20))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_five_jobs_applied_and_reverted_leave_no_trace(workspace: list[Insight]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        parts = assemble(Settings(encoder="hashed"), f"sqlite:///{folder}/random.db")
        caller = access.operator(access.create_workspace(parts.app, "Random").id)
        insights.learn(parts.app, caller, [read(_given(one)) for one in workspace])
        states, ended = [runs.state_hash(parts.app, caller)], []
        for job_type in jobs.found():
            dry = run(parts, caller, job_type, dry_run=True)
            assert runs.state_hash(parts.app, caller) == states[-1]
            real = run(parts, caller, job_type)
            assert (dry.counts, dry.state) == (real.counts, real.state)
            states.append(runs.state_hash(parts.app, caller))
            ended.append(real)
        for real, before in zip(reversed(ended), reversed(states[:-1]), strict=True):
            if real.state == "completed":
                undone = finish(parts, runs.revert(parts.app, caller, real.id))
                assert (undone.state, undone.counts.errors) == ("completed", 0)
            assert runs.state_hash(parts.app, caller) == before
        parts.close()


def _given(one: Insight) -> dict[str, object]:
    entities = [{"name": e.name, "type": e.type} for e in one.entities]
    said = {"content": one.content, "entities": entities, "confidence": one.confidence, "source": one.source}
    return {**said, "observed_at": one.observed_at.isoformat()}
