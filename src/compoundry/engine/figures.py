"""Count what this process has done, for Prometheus."""

import time
from datetime import UTC, datetime

from prometheus_client import Counter, Histogram

from compoundry.model import Counts, Run

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800)
_RATES = (1, 10, 100, 1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000)

_waited = Histogram("compoundry_run_wait_seconds", "From the moment a run was due until an attempt began", ["job_type"], buckets=_SECONDS)
_took = Histogram("compoundry_run_seconds", "How long an attempt took", ["job_type"], buckets=_SECONDS)
_attempts = Counter("compoundry_attempts", "Attempts that have ended, by how", ["job_type", "outcome"])
_failures = Counter("compoundry_run_failures", "Attempts that ended with an error, by its type", ["job_type", "type"])
_takeovers = Counter("compoundry_takeovers", "Runs taken over from workers that were gone")
_scanned = Counter("compoundry_insights_scanned", "Insights that completed runs have looked at", ["job_type"])
_rate = Histogram("compoundry_run_insights_per_second", "How fast a completed run was", ["job_type"], buckets=_RATES)


class Stopwatch:
    """Measure one attempt of a run."""

    def __init__(self, run: Run) -> None:
        self._run, self._began = run, time.monotonic()
        due = max(run.accepted_at, run.not_before)
        _waited.labels(run.job_type).observe(max(0.0, ((run.started_at or datetime.now(UTC)) - due).total_seconds()))

    def stop(self, outcome: str) -> None:
        """Note that the attempt has ended, and how."""
        _took.labels(self._run.job_type).observe(time.monotonic() - self._began)
        _attempts.labels(self._run.job_type, outcome).inc()

    def completed(self, counts: Counts) -> None:
        """Note what the run has looked at."""
        _scanned.labels(self._run.job_type).inc(counts.scanned)
        if counts.scanned:
            _rate.labels(self._run.job_type).observe(counts.scanned / max(1e-6, time.monotonic() - self._began))

    def failed(self, type: str) -> None:
        """Note why the attempt went wrong."""
        failed(self._run, type)


def failed(run: Run, type: str) -> None:
    """Note why an attempt went wrong."""
    _failures.labels(run.job_type, type).inc()


def taken_over(runs: int) -> None:
    """Note that runs were taken over."""
    _takeovers.inc(runs)
