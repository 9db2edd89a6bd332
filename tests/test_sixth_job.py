"""A sixth job is one new file: it appears in HTTP validation, on the command line and in the docs by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from compoundry import jobs
from compoundry.app import Parts
from compoundry.errors import Invalid
from compoundry.model import Caller
from compoundry.service import runs
from tests.made import NOTES, learn, run

SIXTH = '''"""Archive what nobody believes any more."""

from dataclasses import dataclass
from datetime import datetime

from compoundry.job import Archive, Disposition, Plan, View
from compoundry.model import Reason

ORDER = 60
SETTLE_S = 0.0
VECTORS = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold the bound below which an insight goes."""

    below: float = 0.5


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Archive what is believed less than the bound."""
    weak = {i.id for i in view.insights if i.confidence < policy.below}
    dispositions = tuple(Disposition(i.id, i.version, "archived" if i.id in weak else "kept") for i in view.insights)
    return Plan(dispositions, tuple(Archive(i, Reason("weak", "believed too little")) for i in sorted(weak)))
'''


@pytest.fixture
def sixth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Put a new file where the jobs are found."""
    (tmp_path / "spring_cleaning.py").write_text(SIXTH)
    monkeypatch.setattr(jobs, "__path__", [*jobs.__path__, str(tmp_path)])
    jobs.found.cache_clear()
    yield "spring_cleaning"
    jobs.found.cache_clear()


def test_a_new_file_is_a_new_job(sixth: str, parts: Parts, caller: Caller) -> None:
    assert list(jobs.found())[-1] == sixth
    assert jobs.named(sixth).description == "Archive what nobody believes any more."
    learn(parts, caller, NOTES)
    done = run(parts, caller, sixth)
    assert (done.state, done.counts.affected) == ("completed", 1)


def test_an_unknown_job_is_refused_with_the_jobs_there_are(parts: Parts, caller: Caller) -> None:
    with pytest.raises(Invalid, match="unknown job type 'spring_cleaning'; one of consolidation, pattern_detection"):
        runs.trigger(parts.app, caller, "spring_cleaning")
