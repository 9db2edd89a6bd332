"""Send what runs do as OpenTelemetry spans; imported only when traces are switched on."""

from collections.abc import Callable

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from compoundry.model import Run


class Traced:
    """Follow one attempt: a span for the run, and one inside it for each stage."""

    def __init__(self, tracer: trace.Tracer, run: Run) -> None:
        about: dict[str, str | int | bool] = {
            "compoundry.run": run.id,
            "compoundry.workspace": run.workspace_id,
            "compoundry.job_type": run.job_type,
            "compoundry.act": run.act,
            "compoundry.dry_run": run.dry_run,
            "compoundry.attempt": run.attempt,
        }
        self._tracer = tracer
        self._whole = tracer.start_span(f"run {run.job_type}", attributes=about)
        self._inside = trace.set_span_in_context(self._whole)
        self._stage: trace.Span | None = None
        self.id = trace.format_trace_id(self._whole.get_span_context().trace_id)

    def enter(self, stage: str) -> None:
        """End the stage before, and begin this one."""
        self._leave()
        self._stage = self._tracer.start_span(stage, context=self._inside)

    def end(self, outcome: str) -> None:
        """End the attempt."""
        self._leave()
        self._whole.set_attribute("compoundry.outcome", outcome)
        if outcome == "failed":
            self._whole.set_status(trace.StatusCode.ERROR)
        self._whole.end()

    def _leave(self) -> None:
        if self._stage is not None:
            self._stage.end()
            self._stage = None


def otlp() -> Callable[[Run], Traced]:
    """Return what follows runs; spans go in the background to where OTEL_EXPORTER_OTLP_ENDPOINT says."""
    provider = TracerProvider(resource=Resource.create({"service.name": "compoundry"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("compoundry")
    return lambda run: Traced(tracer, run)
