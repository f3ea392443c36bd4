"""What a stated occupation says of income: words of occupation groups below and above the median, and of no income."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from tocsin.model.arrow import pc
from tocsin.resolve import keys

UNKNOWN, LOW, HIGH, NONE = 0, 1, 2, 3


@lru_cache(1)
def patterns() -> dict[str, str]:
    """Regular expressions over cleaned words, by class."""
    data = json.loads((files(__package__) / "data" / "occupations.json").read_text("utf-8"))
    return {name: rf"\b({'|'.join(sorted(data[name], key=len, reverse=True))})\b" for name in ("low", "high", "none")}


def classify(occupation: Any, employer: Any) -> Any:
    """Class of each row: `LOW`, `HIGH`, `NONE` (retired, not employed, student ...) or `UNKNOWN`. A word of the higher
    class counts before one of the lower ("executive assistant" is read as assistant to an executive only where the
    data file lists it whole)."""
    coded = occupation.dictionary_encode()
    words = pc.fill_null(keys.clean(coded.dictionary), "")
    found = {name: pc.match_substring_regex(words, text).to_numpy(False) for name, text in patterns().items()}
    kind = np.where(found["low"], LOW, UNKNOWN)
    kind = np.where(found["high"], HIGH, kind)
    kind = np.where(found["none"], NONE, kind).astype(np.int8)
    at = pc.fill_null(coded.indices, len(kind)).to_numpy(zero_copy_only=False)
    stated = np.append(kind, UNKNOWN).astype(np.int8)[at]
    return np.where((stated == UNKNOWN) & _idle(employer), NONE, stated).astype(np.int8)


def _idle(employer: Any) -> Any:
    coded = employer.dictionary_encode()
    words = pc.fill_null(keys.clean(coded.dictionary), "")
    idle = np.append(pc.match_substring_regex(words, patterns()["none"]).to_numpy(False), False)
    return idle[pc.fill_null(coded.indices, len(idle) - 1).to_numpy(zero_copy_only=False)]
