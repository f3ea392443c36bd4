"""The one door by which built-ins and outsiders come in: entry points `tocsin.<group>`."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any, Literal

from tocsin.errors import UsageError

Group = Literal["sources", "detectors", "exporters", "engines"]


def load(group: Group) -> dict[str, Any]:
    """Load every item registered under `tocsin.<group>`, by name, in order of name.

    Raises `UsageError` where two packages register one name or an item cannot be imported.
    """
    loaded: dict[str, Any] = {}
    for point in sorted(entry_points(group=f"tocsin.{group}"), key=lambda point: point.name):
        if point.name in loaded:
            raise UsageError(
                f"two installed packages register {point.name!r} under tocsin.{group}; one is {point.value}",
                hint="uninstall one of them: `pip list` shows the packages",
            )
        try:
            loaded[point.name] = point.load()
        except Exception as error:  # an outsider's module may fail in any way
            package = point.dist.name if point.dist else "an unknown package"
            raise UsageError(
                f"cannot load {point.name!r} of tocsin.{group} ({point.value}, from {package}): {error}",
                hint=f"reinstall or uninstall {package}",
            ) from error
    return loaded
