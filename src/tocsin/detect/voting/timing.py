"""Times of events in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def at(micros: Any) -> datetime:
    """Microseconds since 1970 as a time."""
    return datetime.fromtimestamp(int(micros) / 1e6, UTC)


def period(times: Any) -> str:
    """First and last of some times (microseconds), in words."""
    first, last = at(min(times)), at(max(times))
    if first.date() == last.date():
        return f"on {first:%Y-%m-%d}, {first:%H:%M} to {last:%H:%M} UTC"
    return f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
