"""Logging for whoever watches the program at work: to stderr, and nothing below a warning unless asked."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(*, verbose: bool) -> None:
    """Send log lines to stderr: warnings and worse, or with `verbose` everything. Times are UTC."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.WARNING),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
