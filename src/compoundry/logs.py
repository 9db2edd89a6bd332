"""Write the log to standard error: readable for people, or one JSON object a line for machines."""

import logging
import os
import sys

import stamina
import structlog
from structlog.types import Processor


def configure(log_format: str, *, level: int = logging.INFO) -> None:
    """Set up logging for this process, unless the program that embeds us has done so."""
    stamina.instrumentation.set_on_retry_hooks([])  # what is tried again holds insights, which belong in no log
    if structlog.is_configured():
        return
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    plain = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty() and not os.environ.get("NO_COLOR"), exception_formatter=structlog.dev.plain_traceback
    )
    ending: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()] if log_format == "json" else [plain]
    )
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
