"""Opening an engine by its name or address."""

from __future__ import annotations

from pathlib import Path

from tocsin import plugins
from tocsin.engine.port import Engine
from tocsin.errors import UsageError


def open_engine(name: str, tables: str, *, memory_mb: int, threads: int) -> Engine:
    """The engine `name` (`embedded`, or an address such as `sc://host:port`) over the folder or URL of its tables.

    `UsageError` for a name or scheme that no engine is registered under.
    """
    engines = plugins.load("engines")
    scheme, sign, _ = name.partition("://")
    if scheme not in engines or (sign and scheme == "embedded"):
        raise UsageError(f"no engine {name!r}", hint=f"one of: {', '.join(sorted(engines))} (with ://host:port)")
    limits = {"memory_mb": memory_mb, "threads": threads}
    if sign:
        opened: Engine = engines[scheme](tables, address=name, **limits)
        return opened
    if "://" in tables:
        raise UsageError(f"the engine {name} keeps its tables in a folder of this machine", hint="give --tables a path")
    here: Engine = engines[scheme](Path(tables), **limits)
    return here
