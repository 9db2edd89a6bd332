"""Send the log to stderr, as text or JSON; stdout belongs to answers."""

import logging
import os
import sys

import structlog


def log(*, form: str = "text", level: int = logging.INFO) -> None:
    """Log from this level on."""
    render = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=_colours())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if form == "json" else []),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def quiet() -> None:
    """Log nothing: the command itself says what happened."""
    log(level=logging.DEBUG if debugging() else logging.CRITICAL)


def debugging() -> bool:
    """Tell whether somebody wants to see everything: COMPOUNDRY_DEBUG is set."""
    return bool(os.environ.get("COMPOUNDRY_DEBUG"))


def _colours() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")
