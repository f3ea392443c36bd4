"""Link entries of several lists as the reference did: nomenklatura's logic-v2 at .85, one to one between two lists.

Run by bench/gap.py with the interpreter that TOCSIN_NOMENKLATURA names, since nomenklatura is no dependency of ours.
In: one JSON object a line (id, list, schema, names, birth_dates, countries). Out: JSON lists, one a cluster.
Candidates: pairs of names (transliterated words in alphabetical order) with a rapidfuzz ratio of at least 72. The
reference does not tell its own; at 72 its cells come out to within one cluster.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from itertools import combinations
from typing import Any

CANDIDATE_RATIO, THRESHOLD = 72, 0.85


def main() -> None:
    """Read standard input, write standard output."""
    rows = {row["id"]: row for row in map(json.loads, sys.stdin)}
    scores = scored(rows, candidates(rows.values()))
    json.dump(clusters(rows, scores), sys.stdout)


def key(name: str) -> str:
    """Words of a name in ASCII and alphabetical order."""
    from normality import ascii_text

    plain = (ascii_text(name) or "").lower()
    return " ".join(sorted("".join(c if c.isalnum() else " " for c in plain).split()))


def candidates(rows: Any) -> set[tuple[str, str]]:
    """Pairs of ids of two lists with one pair of similar names."""
    import numpy as np
    from rapidfuzz import fuzz, process

    names: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        names[row["schema"], row["list"]] += [(key(name), row["id"]) for name in row["names"]]
    found = set()
    for (one, left), (other, right) in combinations(sorted(names.items()), 2):
        if one[0] == other[0]:
            texts = [name for name, _ in left], [name for name, _ in right]
            likeness = process.cdist(*texts, scorer=fuzz.ratio, score_cutoff=CANDIDATE_RATIO, dtype=np.uint8)
            found |= {(left[i][1], right[j][1]) for i, j in zip(*np.nonzero(likeness), strict=True)}
    return found


def scored(rows: dict[str, Any], pairs: set[tuple[str, str]]) -> list[tuple[float, str, str]]:
    """Pairs at the threshold, best first."""
    from followthemoney import model
    from nomenklatura.matching import LogicV2
    from nomenklatura.matching.types import ScoringConfig

    made, config = {}, ScoringConfig.defaults()
    for row in rows.values():
        made[row["id"]] = entity = model.make_entity(row["schema"])
        entity.id = row["id"]
        entity.add("name", row["names"])
        entity.add("birthDate", row["birth_dates"], quiet=True)
        entity.add("nationality" if row["schema"] == "Person" else "country", row["countries"])
    found = [(LogicV2.compare(made[a], made[b], config).score, a, b) for a, b in sorted(pairs)]
    return sorted((pair for pair in found if pair[0] >= THRESHOLD), key=lambda pair: (-pair[0], *pair[1:]))


def clusters(rows: dict[str, Any], pairs: list[tuple[float, str, str]]) -> list[list[str]]:
    """Best pair first, an entry with at most one of each other list; then what hangs together."""
    taken, group = set(), {name: {name} for name in rows}
    for _, a, b in pairs:
        ends = {(a, rows[b]["list"]), (b, rows[a]["list"])}
        if not ends & taken:
            taken |= ends
            both = group[a] | group[b]
            group.update(dict.fromkeys(both, both))
    return [sorted(members) for members in {id(g): g for g in group.values()}.values()]


if __name__ == "__main__":
    main()
