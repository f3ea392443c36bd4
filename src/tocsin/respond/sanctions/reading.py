"""Read a dossier that a person wrote, as TOML or JSON, and say what in it cannot be."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tocsin.errors import InputError
from tocsin.model.criteria import Criteria
from tocsin.model.dossier import Dossier

LIMIT_BYTES = 4 << 20
_MANAGED = {"id", "version", "case", "authors", "updated"}  # the workspace's, not the writer's
_HINT = "docs/how-to/sanctions.md shows a dossier with every field"


def read_dossier(path: Path) -> Dossier:
    """The dossier in a .toml or .json file. `InputError` with the field where something is missing, unknown or refers
    to what is not there."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", hint="name a dossier file") from error
    if len(data) > LIMIT_BYTES:
        raise InputError(f"{path} has {len(data):,} bytes", hint=f"a dossier has at most {LIMIT_BYTES:,}")
    raw = _parsed(path, data)
    if managed := _MANAGED & set(raw):
        raise InputError(f"{path}: {', '.join(sorted(managed))} is not for the writer", hint="leave it out")
    try:
        dossier = Dossier.model_validate_json(json.dumps(raw, default=str))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path}: {where}: {first['msg']}", hint=_HINT) from error
    if faults := list(check(dossier)):
        raise InputError(f"{path}: {faults[0]}", hint=f"{len(faults)} such in all; {_HINT}")
    return dossier


def check(dossier: Dossier) -> Iterator[str]:
    """What refers to nothing or stands twice: sources, acts, codes of conduct, days in the wrong order."""
    for what, ids in (("source", [s.id for s in dossier.sources]), ("act", [a.id for a in dossier.acts])):
        yield from (f"{what} {name} stands twice" for name, n in Counter(ids).items() if n > 1)
    known, codes = {source.id for source in dossier.sources}, Criteria.load().conduct
    parts = (dossier.identifiers, dossier.acts, dossier.nexus, dossier.ownership, dossier.counter)
    for name in (name for part in parts for one in part for name in one.sources):
        if name not in known:
            yield f"no source is called {name}"
    for act in dossier.acts:
        yield from (f"act {act.id}: no conduct is called {code}" for code in act.conduct if code not in codes)
        if act.first and act.last and act.last < act.first:
            yield f"act {act.id} ends before it begins"
        if (act.amount_minor is None) is not (act.currency == ""):
            yield f"act {act.id} has an amount without a currency, or the other way round"


def _parsed(path: Path, data: bytes) -> dict[str, Any]:
    try:
        text = data.decode("utf-8-sig")
        raw = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError, JSONDecodeError and TOMLDecodeError are such
        raise InputError(
            f"{path} is not {'JSON' if path.suffix == '.json' else 'TOML'}: {error}", hint=_HINT
        ) from error
    if not isinstance(raw, dict):
        raise InputError(f"{path} holds no fields", hint=_HINT)
    return raw
