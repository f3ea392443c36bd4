"""What scans of content and of a leak found against what was planted."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pyarrow as pa

from tocsin.simulate.compare import Found
from tocsin.simulate.voting.compare import VOTING_FOUND, voting_found_against_planted

#: One row a planted unit, as for targets; the last row is of what is ordinary.
CONTENT_FOUND = VOTING_FOUND

#: The detectors behind each finding.
By = Mapping[str, Collection[str]]


def content_found_against_planted(found: Found, by: By, truth: pa.Table, units: pa.Table) -> pa.Table:
    """Compare findings with the truth of simulated content (schema `CONTENT_FOUND`).

    `found` maps a finding's id to its standing and what it names: posts, names, files of pictures, mails and documents,
    addresses of checks. An operation counts as seen by findings of the detector that should see it alone, since one
    post may be part of several things; a decoy by any. The last row counts as `voting_found_against_planted` does.
    """
    rows, last = [], voting_found_against_planted(found, truth, units).slice(units.num_rows)
    for n, unit in enumerate(units.to_pylist()):
        own = {id_ for id_, detectors in by.items() if unit["role"] == "decoy" or unit["detector"] in detectors}
        held = {id_: what for id_, what in found.items() if id_ in own}
        rows.append(voting_found_against_planted(held, truth, units.slice(n, 1)).slice(0, 1))
    return pa.concat_tables([*rows, last])
