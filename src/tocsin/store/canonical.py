"""One text for one value, and its digest: what the journal chains and an export can be checked against."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """JSON in UTF-8 with sorted keys, no spaces, no NaN: the JSON Canonicalization Scheme (RFC 8785) for values without
    floats. Whoever digests a float writes it as text first; raises `TypeError` for one that is not."""
    _check(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _check(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"a float has no canonical text here: {value!r}")
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        _check(part)


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()
