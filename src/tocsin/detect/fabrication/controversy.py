"""fabrication.controversy: how far networks of reposts fall into two halves, beside networks of the same degrees.

It raises no finding: structure alone does not measure divisiveness. The figures are told with the scan.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from tocsin.detect.fabrication import base
from tocsin.detect.fabrication.divided import Divided, divided
from tocsin.detect.fabrication.series import hashtags
from tocsin.model.arrow import pc, whole
from tocsin.progress import Progress

#: What is known of the measure, as `bench/narratives.py` has it.
KNOWN = (
    "Structure alone does not measure divisiveness. Of ten labelled networks of reposts, five about fights and five "
    "about other events, the score puts one about a fight above another in about 70 of 100 pairs (AUC 0.7); the score "
    "less that of networks of the same degrees in about 58 (AUC 0.6), hardly more than a coin"
)


class Parameters(base.Parameters):
    """What a user may set."""

    least_ties: int = Field(default=500, ge=100, description="Pairs of accounts that repost one another, of a network.")
    most_networks: int = Field(default=8, ge=1, le=100, description="Networks that are measured, the largest first.")
    draws: int = Field(default=19, ge=9, le=999, description="Networks of the same degrees that are drawn for each.")


class Controversy(base.Detector):
    """Random-walk controversy of the network of all reposts, and of those with one hashtag."""

    id = "fabrication.controversy"
    title = "How divided networks of reposts are"
    params = Parameters
    wants = ("posts",)

    def look(self, tables: base.ContentTables, params: Parameters, progress: Progress) -> base.Result:
        """No candidates: figures of the largest networks."""
        rows, by, of = _reposts(tables)
        if not rows.size:
            return base.Result(skipped="no post reposts one that is here")
        networks = [("all reposts", *_ties(by, of))]
        for tag in hashtags(tables):
            if tag.rows.size < params.least_ties:  # a tie takes a post
                continue
            chosen = np.isin(rows, tag.rows)
            networks.append((f"reposts with {tag.object}", *_ties(by[chosen], of[chosen])))
        large = [one for one in networks if one[1].size >= params.least_ties]
        large.sort(key=lambda one: (-one[1].size, one[0]))
        progress.start(self.title, min(len(large), params.most_networks))
        measured = {}
        for name, a, b in large[: params.most_networks]:
            measured[f"how divided: {name}"] = told(divided(a, b, params.draws))
            progress.advance()
        if not measured:
            return base.Result(skipped=f"no network of reposts has {params.least_ties:,} ties")
        return base.Result(measured={**measured, "what that means": KNOWN})


def told(found: Divided) -> str:
    """A score beside its null, in words."""
    return (
        f"random-walk controversy {found.score:.2f}; {found.draws} networks of the same degrees have "
        f"{found.null_mean:.2f} in the mean, {found.null_low:.2f} to {found.null_high:.2f} (p = {found.p:.2g}); "
        f"{found.nodes:,} accounts, {found.ties:,} ties"
    )


def _reposts(tables: base.ContentTables) -> tuple[Any, Any, Any]:
    """Reposts of posts that are here: their positions, and the codes of who reposted and of whose post."""
    posts = tables.posts
    at = pc.index_in(posts["repost_of"], posts["post"])
    found = pc.and_(pc.is_valid(posts["repost_of"]), pc.is_valid(at))
    rows = np.flatnonzero(found.to_numpy())
    accounts = pc.rank(posts["account"], tiebreaker="dense").to_numpy().astype(np.int64)  # in no order of rows
    return rows, accounts[rows], accounts[whole(at.filter(found)).to_numpy()]


def _ties(by: Any, of: Any) -> tuple[Any, Any]:
    """Each pair of accounts once."""
    pairs = np.unique(np.sort(np.stack((by, of)), axis=0)[:, by != of].astype(np.int64), axis=1)
    return pairs[0], pairs[1]


DETECTOR = Controversy()
