"""Tell operators whether the process lives and is ready."""

from fastapi import APIRouter, Request

from compoundry.api.answers import Answer
from compoundry.api.routing import app
from compoundry.store import migrate

routes = APIRouter(tags=["operations"], default_response_class=Answer)


@routes.get("/healthz", response_model=None)
def healthz() -> Answer:
    """Say that the process lives; asks nobody else."""
    return Answer({"status": "alive"})


@routes.get("/readyz", response_model=None)
def readyz(request: Request) -> Answer:
    """Say whether requests can be served: the database answers and has the right schema."""
    migrate.must_be_current(app(request).database)
    return Answer({"status": "ready"})
