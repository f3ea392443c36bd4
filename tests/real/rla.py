"""Known inputs and outputs of audit mathematics, as contests and votes."""

import gzip
import json

from common import ROOT
from tocsin.model.ballot import Choice, Contest

ELECTIONS = ROOT.parent / "shared/data/elections"
VECTORS = ELECTIONS / "rla_vectors"


def cases(name, fn=None):
    """The cases of a file of vectors, those of one function."""
    path = VECTORS / name
    if not path.exists():
        return []
    opened = gzip.open if name.endswith("gz") else open
    with opened(path, "rt") as file:
        found = json.load(file)["cases"]
    return [case for case in found if fn is None or case["fn"] == fn]


def contest(given, **more):
    """A contest as the vectors give it; a run-off is one only by the name of its case."""
    return Contest(
        id=given["name"],
        name=given["name"],
        choices=tuple(Choice(id=c, name=c) for c in given["candidates"]),
        winners=given["num_winners"],
        votes_allowed=given["votes_allowed"],
        votes=given["candidates"],
        cards=given["ballots"],
        **more,
    )


def rounds(case):
    """The votes of every round in order."""
    return list((case["input"].get("sample_results") or {}).values())


def ids(found):
    return [case["id"] for case in found]
