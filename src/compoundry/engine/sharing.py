"""Have a large plan worked out by several workers: the run's own one hands parts out, takes part, and gathers."""

from collections.abc import Sequence

from compoundry import jobs
from compoundry.engine.progress import Progress
from compoundry.engine.workshop import Workshop
from compoundry.job import Share, Shared, alone
from compoundry.model import Run
from compoundry.store import parts
from compoundry.store.database import hurry
from compoundry.store.parts import Part


def sharing(shop: Workshop, run: Run, progress: Progress) -> Share:
    """Return what a job shares its questions with; a SQLite file has one worker, so there it works alone."""
    if shop.database.is_sqlite:
        return alone

    def share(questions: Sequence[bytes]) -> Sequence[bytes]:
        with shop.database.write() as connection:
            hurry(connection)
            parts.hand_out(connection, run, questions)
        while part := _next(shop, run, progress):
            work_out(shop, part)
        with shop.database.write() as connection:
            return parts.gather(connection, run)

    return share


def help_out(shop: Workshop) -> Part | None:
    """Take a free part of another worker's run, or None."""
    with shop.database.read() as connection:
        if not parts.any_free(connection):
            return None
    with shop.database.write() as connection:
        hurry(connection)
        return parts.take_any(connection, shop.worker)


def work_out(shop: Workshop, part: Part) -> None:
    """Answer a part, and keep the answer."""
    job = jobs.named(part.job_type).module
    assert isinstance(job, Shared), "only jobs that can work out a part hand parts out"
    answered = job.work_out(part.question)
    with shop.database.write() as connection:
        hurry(connection)
        parts.answer(connection, part, answered)


def _next(shop: Workshop, run: Run, progress: Progress) -> Part | None:
    """Take the next part of our own run; None when all are answered."""
    with shop.database.write() as connection:
        hurry(connection)
        part, (done, of) = parts.take(connection, run, shop.worker), parts.count(connection, run)
    progress.tick(done, of)
    return part
