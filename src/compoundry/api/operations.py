"""Tell operators whether the process lives, whether it is ready, and what it has done."""

from collections.abc import Iterator, Mapping

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest

from compoundry.api.answers import Answer
from compoundry.api.routing import app
from compoundry.errors import Unavailable
from compoundry.model import Snapshot
from compoundry.service import health
from compoundry.service.app import App

_SHOWN = (
    "by_standing", "confidence", "age_days", "patterns", "rules", "rule_outcomes", "candidates_by_kind", "merge_precision",
    "automatic_merge_precision",
)  # fmt: skip

routes = APIRouter(tags=["operations"], default_response_class=Answer)


@routes.get("/healthz", response_model=None)
async def healthz() -> Answer:
    """Say that the process lives; asks nobody else, and waits for no thread."""
    return Answer({"status": "alive"})


@routes.get("/readyz", response_model=None)
def readyz(request: Request) -> Answer:
    """Say whether requests can be served: the database answers and has the right schema, and nobody told this process to stop."""
    health.must_be_ready(app(request))
    return Answer({"status": "ready"})


@routes.get("/metrics", response_model=None, response_class=Response)
def metrics(request: Request) -> Response:
    """Show, for Prometheus, what this process has done and what waits in the database."""
    return Response(generate_latest(REGISTRY) + generate_latest(_database(app(request))), media_type=CONTENT_TYPE_LATEST)


def _plain(snapshot: Snapshot) -> Iterator[tuple[str, float]]:
    """Yield figures and their parts, but those that name what a workspace holds: its types and sources are its own business."""
    for name, value in snapshot.figures.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{part}", v) for part, v in value.items() if name in _SHOWN)
        else:
            yield name, value


def _database(service: App) -> CollectorRegistry:
    """Ask the database anew each time; it being away is a figure too."""
    registry = CollectorRegistry()
    up = Gauge("compoundry_database_up", "Whether the database answers", registry=registry)
    depth = Gauge("compoundry_queue_runs", "Unfinished runs of all workspaces", ["job_type", "state"], registry=registry)
    oldest = Gauge("compoundry_queue_oldest_seconds", "Age of the oldest of them", ["job_type", "state"], registry=registry)
    figure = Gauge("compoundry_workspace_figure", "A figure of a workspace's newest snapshot", ["workspace", "figure"], registry=registry)
    at = Gauge("compoundry_workspace_measured_timestamp_seconds", "When that snapshot was taken", ["workspace"], registry=registry)
    try:
        for workspace, snapshot in health.measured(service):
            at.labels(str(workspace)).set(snapshot.at.timestamp())
            for name, value in _plain(snapshot):
                figure.labels(str(workspace), name).set(value)
        for queued in health.queue(service):
            depth.labels(queued.job_type, queued.state).set(queued.runs)
            oldest.labels(queued.job_type, queued.state).set(queued.oldest_s)
        up.set(1)
    except Unavailable:
        up.set(0)
    return registry
