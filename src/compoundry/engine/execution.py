"""Carry a claimed run to its end: encode, look, decide, apply."""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import chain

import structlog
from structlog.contextvars import bound_contextvars

from compoundry import jobs
from compoundry.canaries import Canaries
from compoundry.engine import collecting
from compoundry.engine.encoding import encode_missing
from compoundry.engine.figures import Stopwatch
from compoundry.engine.judging import opinions
from compoundry.engine.progress import Progress
from compoundry.engine.sharing import sharing
from compoundry.engine.tracing import Trace
from compoundry.engine.workshop import Workshop
from compoundry.errors import CompoundryError, GivenUp, HandedBack, Hidden, LostRun, Stale, TooMuch
from compoundry.job import Alike, Change, Plan, View, parts_of
from compoundry.model import Counts, Run
from compoundry.poison import Decide, without_poison
from compoundry.store import announcing, finish, journal, lineage, runs, workspaces
from compoundry.store.claims import LONGEST_WAIT
from compoundry.store.database import Connection, clock
from compoundry.store.look import look
from compoundry.text.belief import Sources

log = structlog.get_logger(__name__)

REPLANS = 5
BACKOFF_S = 2.0


def execute(shop: Workshop, run: Run, stopping: threading.Event, trace: Trace | None = None) -> None:
    """Carry out one attempt; whatever happens, the run ends, waits for another attempt, or is left to its new holder."""
    trace = trace or shop.tracer(run)
    progress, watch = Progress(shop, run, stopping, trace), Stopwatch(run)
    with bound_contextvars(run=run.id, workspace=run.workspace_id, job=run.job_type, attempt=run.attempt, trace_id=trace.id):
        outcome = _attempt(shop, run, progress, watch, trace.id)
    watch.stop(outcome)
    trace.end(outcome)


def _attempt(shop: Workshop, run: Run, progress: Progress, watch: Stopwatch, trace_id: str) -> str:
    """Carry out an attempt, and say how it ended, in one word."""
    try:
        if run.strikes > shop.attempts:
            raise GivenUp(f"the run was given up after {shop.attempts} attempts; its worker stopped each time")
        watch.completed(_carry_out(shop, run, progress))
        log.info("run completed")
    except LostRun as error:
        log.warning("late result refused", reason=error.message)
        return "refused"
    except HandedBack:
        _hand_back(shop, run)
        return "handed_back"
    except Exception as error:
        log.warning("run stopped", reason=str(error), stage=progress.stage, exc_info=not isinstance(error, CompoundryError))
        told = explained(run, progress.stage, error, trace_id)
        watch.failed(str(told["type"]))
        return _stop(shop, run, told)
    return "completed"


def _carry_out(shop: Workshop, run: Run, progress: Progress) -> Counts:
    match run.act:
        case "run":
            return _decide(shop, run, progress)
        case "apply" | "revert":
            return _repeat(shop, run, progress)
        case "review":
            raise AssertionError("a review is applied when it is made, never queued")


def _decide(shop: Workshop, run: Run, progress: Progress) -> Counts:
    """Plan and apply; plan anew when somebody edited an insight in between."""
    for _ in range(REPLANS):
        with suppress(Stale), collecting.later():
            return _plan_once(shop, run, progress)
    with collecting.later():
        return _plan_once(shop, run, progress)


def _plan_once(shop: Workshop, run: Run, progress: Progress) -> Counts:
    """Plan and apply; where a plan leads to what wasn't shown, show that too and plan anew."""
    shown = frozenset[str]()
    while True:
        try:
            return _plan_seeing(shop, run, progress, shown)
        except Hidden as needed:
            shown |= needed.blocks


def _plan_seeing(shop: Workshop, run: Run, progress: Progress, shown: frozenset[str]) -> Counts:
    """Plan and apply; everything about the entities in `shown` is looked at, however old."""
    job = jobs.named(run.job_type)
    progress.enter("encode")
    if job.module.VECTORS:
        encode_missing(shop, run.workspace_id, progress.tick)
    progress.enter("look")
    model = shop.encoder().name if job.module.VECTORS else ""
    with shop.database.snapshot() as connection:
        chosen = workspaces.one(connection, run.workspace_id).policy
        policy, (canaries, heirs) = job.policy(chosen.get(job.type, {})), _asserted(connection, run, chosen)
        settings = fingerprint(job.type, policy, model)
        sources = Sources(**chosen.get("sources", {}))  # type: ignore[arg-type]
        view = look(
            connection,
            run.workspace_id,
            job_type=job.type,
            model=model,
            fingerprint=settings,
            sources=sources,
            tick=progress.tick,
            as_columns=job.columns,
            evidence_of=job.evidence_of,
            touched=shown if job.touched else None,
        )

    def decide(seen: View) -> Plan:
        return job.module.plan(seen, policy, run.accepted_at)

    budget = getattr(policy, "judge_budget", 0)  # a job that may ask a judge has this setting
    decided = _decided(shop, replace(view, share=sharing(shop, run, progress), settings=chosen), decide, progress, budget=budget)
    _must_spare(canaries, _grave(decided), scanned=decided.counts.scanned, heirs=heirs)
    progress.enter("apply")
    progress.tick(0, len(decided.changes))
    with shop.database.write() as connection:
        finish.plan(connection, run, view, decided, fingerprint=settings, now=clock(connection, patient=True))
    return decided.counts


def _decided(shop: Workshop, view: View, decide: Decide, progress: Progress, *, budget: int) -> Plan:
    """Plan; with a budget, ask the judge about what would go to review, and plan with its answers."""
    progress.enter("plan")
    decided = without_poison(decide, view)
    if not budget:
        return decided
    progress.enter("judge")
    told = opinions(shop.judge, view, decided, budget=budget, tick=progress.tick)
    return without_poison(decide, replace(view, opinions=told))


def _grave(decided: Plan) -> Sequence[Change]:
    """Return the changes that could break a canary; to believe something less can't."""
    return [c for part in parts_of(decided.changes) if not (isinstance(part, Alike) and part.kind == "believe") for c in part]


def _asserted(connection: Connection, run: Run, chosen: Mapping[str, Mapping[str, object]]) -> tuple[Canaries, Mapping[str, str]]:
    """Return what the workspace asserts, and where the insights that it names live on."""
    canaries = Canaries(**chosen.get("canaries", {}))  # type: ignore[arg-type]
    return canaries, lineage.heirs(connection, run.workspace_id, chain.from_iterable(canaries.never_merge))


def _must_spare(canaries: Canaries, changes: Sequence[Change], *, scanned: int, heirs: Mapping[str, str]) -> None:
    if broken := canaries.broken_by(changes, scanned=scanned, heirs=heirs):
        raise TooMuch(
            f"the plan breaks {len(broken)} of the workspace's canaries and was not applied: {broken[0]}", {"broken": broken[:100]}
        )


def _repeat(shop: Workshop, run: Run, progress: Progress) -> Counts:
    progress.enter("apply")
    with shop.database.write() as connection:
        subject = runs.one(connection, run.workspace_id, run.subject or "")
        if run.act == "apply":
            canaries, heirs = _asserted(connection, run, workspaces.one(connection, run.workspace_id).policy)
            planned = journal.changes(connection, run.workspace_id, subject.id)
            _must_spare(canaries, planned, scanned=subject.counts.scanned, heirs=heirs)
            finish.stored(connection, run, subject, now=clock(connection, patient=True))
        else:
            finish.reverted(connection, run, subject, now=clock(connection, patient=True))
    return subject.counts


def fingerprint(job_type: str, policy: object, model: str) -> str:
    """Name the settings of a run, so that what was compared under others is compared again."""
    return hashlib.sha256(f"{job_type} {policy!r} {model}".encode()).hexdigest()


def _stop(shop: Workshop, run: Run, told: Mapping[str, object]) -> str:
    try:
        with shop.database.write() as connection:
            now = clock(connection)
            if told["retryable"] and run.strikes < shop.attempts:
                runs.hand_back(connection, run, not_before=now + _backoff(run), error=told)
                return "retried"
            runs.fail(connection, run, error=told, now=now)
            announcing.failed(connection, run, told, now)
            return "failed"
    except CompoundryError as second:
        log.warning("the run keeps its lease until it is over", reason=second.message)
        return "left"


def _hand_back(shop: Workshop, run: Run) -> None:
    with shop.database.write() as connection:
        runs.hand_back(connection, run, not_before=clock(connection))


def _backoff(run: Run) -> timedelta:
    return min(LONGEST_WAIT, timedelta(seconds=BACKOFF_S * 2 ** min(run.strikes - 1, 10)))


def explained(run: Run, stage: str, error: Exception, trace_id: str) -> dict[str, object]:
    """Write an error as the `error_details` of a run."""
    where: dict[str, object] = {"attempt": run.attempt, "at_stage": stage, "trace_id": trace_id}
    if not isinstance(error, CompoundryError):
        return {"type": "job_raised", "message": f"the job raised {type(error).__name__}: {error}", "retryable": False, **where}
    details = {"details": error.details} if error.details else {}
    return {"type": error.type, "message": error.message, "retryable": error.retryable, **where, **details}
