"""The words of a report on targeting."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def vocabulary() -> dict[str, Any]:
    """The words shown to readers, from words.toml: `standing`, `signs`, `limits`, `glossary`."""
    return tomllib.loads(files("tocsin.share.targets").joinpath("words.toml").read_text(encoding="utf-8"))


def sign(code: str) -> str:
    """What was seen, in words: `look-alike name`."""
    return str(vocabulary()["signs"].get(code, code))
