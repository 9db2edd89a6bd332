"""Trace runs: one span each, with children for its stages; without OpenTelemetry only an id that the log and errors share."""

from collections.abc import Callable
from typing import Protocol
from uuid import uuid4

from compoundry.errors import Invalid, MissingExtra
from compoundry.model import Run


class Trace(Protocol):
    """Follow one attempt of a run; `id` is in its log lines and in its `error_details`."""

    id: str

    def enter(self, stage: str) -> None: ...
    def end(self, outcome: str) -> None: ...


Tracer = Callable[[Run], Trace]


class Untraced:
    """Follow nothing, but have an id."""

    def __init__(self, run: Run) -> None:
        self.id = uuid4().hex

    def enter(self, stage: str) -> None:
        """Begin a stage."""

    def end(self, outcome: str) -> None:
        """End the attempt."""


def tracer(traces: str) -> Tracer:
    """Return what follows runs: nothing, or, for `otlp`, spans sent to where OTEL_EXPORTER_OTLP_ENDPOINT says.

    Raises MissingExtra when the optional part isn't installed, Invalid for any other word.
    """
    match traces:
        case "":
            return Untraced
        case "otlp":
            return _spans()
        case other:
            raise Invalid(f"unknown traces {other!r}; leave COMPOUNDRY_TRACES empty or set it to otlp")


def _spans() -> Tracer:
    try:
        from compoundry.engine.spans import otlp  # optional, and takes 0.3 s to import
    except ImportError:
        raise MissingExtra("traces need an optional part: pip install 'compoundry[otel]'") from None
    return otlp()
