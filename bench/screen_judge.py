"""Weigh pairs of a name asked and a person listed by nomenklatura's logic-v2.

Run by bench/screen.py with the interpreter that TOCSIN_NOMENKLATURA names, since nomenklatura is no dependency of ours.
In: one JSON object a kind of names. Out: the best score of each name by kind, and what it cost.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any


def main() -> None:
    """Read standard input, write standard output."""
    from nomenklatura.matching import LogicV2
    from nomenklatura.matching.types import ScoringConfig

    config = ScoringConfig.defaults()
    best, pairs, seconds = {}, 0, 0.0
    for number, kind in enumerate(map(json.loads, sys.stdin)):
        asked = [person(f"q{number}-{k}", properties(row)) for k, row in enumerate(kind["asked"])]
        listed = {int(k): person(f"l{number}-{k}", told) for k, told in kind["listed"].items()}
        scores = [0.0] * len(asked)
        started = time.process_time()
        for query, entry in kind["pairs"]:
            scores[query] = max(scores[query], LogicV2.compare(asked[query], listed[entry], config).score)
        seconds += time.process_time() - started
        pairs += len(kind["pairs"])
        best[kind["kind"]] = scores
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"best": best, "pairs": pairs, "seconds": seconds, "rss_mb": rss_mb}, sys.stdout)


def properties(row: dict[str, str]) -> dict[str, Any]:
    """A name asked as properties of a person."""
    told = {"name": row["name"], "birthDate": row["birth_date"], "nationality": row["country"]}
    return {name: [value] for name, value in told.items() if value}


def person(key: str, told: dict[str, Any]) -> Any:
    """A person of followthemoney."""
    from followthemoney import model

    made = model.make_entity("Person")
    made.id = key
    for name, values in told.items():
        made.add(name, values, quiet=True)
    return made


if __name__ == "__main__":
    main()
