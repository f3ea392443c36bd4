"""The vocabulary files beside this module."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def words(name: str) -> dict[str, Any]:
    """The contents of `data/<name>.json`: columns, languages or zones."""
    loaded: dict[str, Any] = json.loads((files("tocsin.sources") / "data" / f"{name}.json").read_text("utf-8"))
    return loaded
