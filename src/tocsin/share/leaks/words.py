"""The words of a report on a leak."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from tocsin.model.finding import Finding


@cache
def vocabulary() -> dict[str, Any]:
    """The words shown to readers, from words.toml: `standing`, `signs`, `limits`, `glossary`."""
    return tomllib.loads(files("tocsin.share.leaks").joinpath("words.toml").read_text(encoding="utf-8"))


def sign(code: str) -> str:
    """What it is about, in words: `document`."""
    return signs(1, code)


def signs(n: int, code: str) -> str:
    """What it is about, for `n` findings: `documents`."""
    known = vocabulary()["signs"].get(code, (code, code))
    return str(known[n != 1])


def standing(finding: Finding) -> str:
    """The standing in words: `Explained`."""
    return str(vocabulary()["standing"][finding.standing]["one"]).capitalize()
