"""Print the hash of what each job plans on the sample, one job on what the other left."""

import json

from compoundry import jobs
from compoundry.sample import sample
from tests.jobs.views import NOW, applied, insight, view


def hashes() -> dict[str, str]:
    """Return the hash of each plan, by job type."""
    told = sample(until=NOW)
    given = view([insight(n, one["content"], *_about(one), day=n % 90, type=one.get("type", "fact")) for n, one in enumerate(told)])
    found: dict[str, str] = {}
    for job_type, job in jobs.found().items():
        plan = job.module.plan(given, job.policy({}), NOW)
        found[job_type] = plan.hash
        given = applied(given, plan)
    return found


def _about(line: dict[str, object]) -> list[str]:
    entities = line.get("entities") or []
    assert isinstance(entities, list)
    return [one if isinstance(one, str) else one["name"] for one in entities]


if __name__ == "__main__":
    print(json.dumps(hashes()))
