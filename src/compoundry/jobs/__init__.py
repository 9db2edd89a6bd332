"""Find the jobs: one file here is one job, and its name is the job type."""

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, cast

from compoundry.errors import Invalid
from compoundry.job import JobModule
from compoundry.policy import settings_of


@dataclass(frozen=True, slots=True)
class Job:
    """Know a job by its type, its place in the pipeline and its one-line description."""

    type: str
    module: JobModule
    description: str

    @property
    def order(self) -> int:
        return self.module.ORDER

    @property
    def settle_s(self) -> float:
        return self.module.SETTLE_S

    @property
    def columns(self) -> bool:
        """Tell whether the job looks at columns; one that says nothing looks at objects."""
        return bool(getattr(self.module, "COLUMNS", False))

    @property
    def evidence_of(self) -> int | None:
        """Tell how many insights' evidence the job is content with; None for all."""
        return getattr(self.module, "EVIDENCE_OF", None)

    @property
    def touched(self) -> bool:
        """Tell whether it is enough to show the job what is new, and whatever is about the same."""
        return bool(getattr(self.module, "TOUCHED", False))

    def policy(self, settings: Mapping[str, object]) -> Any:
        """Build the job's policy from a workspace's settings; raise Invalid for what doesn't fit."""
        return settings_of(self.type, self.module.Policy, settings)


@cache
def found() -> Mapping[str, Job]:
    """List the jobs in pipeline order, by job type."""
    modules = {m.name: import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)}
    jobs = [Job(name, cast(JobModule, m), (m.__doc__ or name).splitlines()[0]) for name, m in modules.items()]
    return {job.type: job for job in sorted(jobs, key=lambda j: (j.order, j.type))}


def named(job_type: str) -> Job:
    """Return the job of this type, or raise Invalid with the types there are."""
    if job := found().get(job_type):
        return job
    raise Invalid(f"unknown job type {job_type!r}; one of {', '.join(found())}")
