"""What is to be scanned, and the command that says so."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tocsin.sources.base import ReadOptions


@dataclass(frozen=True, slots=True)
class Request:
    """What to scan. `params` are those of the detectors' parameters that the user gave, by name; `declared` is a file
    with an account a line, as written in the input; `engine` is where the work is done, if not in memory, and `tables`
    the folder or URL of its tables."""

    paths: tuple[str, ...]
    out: Path
    options: ReadOptions = field(default_factory=ReadOptions)
    format: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    declared: Path | None = None
    keep_accounts: bool = False
    engine: str | None = None
    tables: str | None = None

    def command(self) -> str:
        """The command that repeats the scan, quoted for a shell, with paths as they were given."""
        options = self.options
        single = {
            "--format": self.format,
            "--timezone": None if options.timezone == ReadOptions().timezone else options.timezone,
            "--date-order": options.date_order,
            "--encoding": options.encoding,
            "--platform": options.platform,
            "--alpha": self.params.get("alpha"),
            "--declared": self.declared,
            "--engine": self.engine,
            "--tables": self.tables,
        }
        many = {
            "--map": [f"{name}={column}" for name, column in options.mapping.items()],
            "--window": [f"{window:g}" for window in self.params.get("windows_s", ())],
            "--layer": self.params.get("layers", ()),
        }
        words = ["tocsin", "scan", *self.paths, "--out", str(self.out)]
        words += [word for name, value in single.items() if value is not None for word in (name, str(value))]
        words += [word for name, values in many.items() for value in values for word in (name, str(value))]
        return shlex.join(words + ["--keep-accounts"] * self.keep_accounts)
