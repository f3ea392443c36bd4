"""What of cast vote records may be published: a ballot that few others resemble could be recognised.

The practice that this follows (Colorado, Crum and others 2016: redaction of styles with fewer than ten ballots): cards
are grouped by jurisdiction, style and the contests on them; groups with fewer than ten cards are withheld. More groups,
the smallest first, are withheld until for every contest none or at least ten cards are, so that totals less what is
published tell nobody's vote.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.model.arrow import pc, whole
from tocsin.model.audit import Published

FEWEST = 10  # cards that a group must have to be shown
WITHHELD = "withheld.csv"
WITHHELD_COLUMNS = ("jurisdiction", "tabulator", "batch", "position")


@dataclass(frozen=True, slots=True)
class Shown:
    """What is published in place of whole tables (None: nothing), and the places of the cards that are withheld."""

    instead: dict[str, pa.Table | None] = field(default_factory=dict)
    withheld: pa.Table | None = None

    @property
    def hidden(self) -> int:
        """How many cards are withheld."""
        return self.withheld.num_rows if self.withheld is not None else 0


def shown(cards: pa.Table, marks: pa.Table, published: Published) -> Shown:
    """What is published of CARDS and MARKS."""
    if published == "full" or not cards.num_rows:
        return Shown()
    hidden = withheld(cards, marks)
    rows = cards.filter(pa.array(hidden)).select(list(WITHHELD_COLUMNS))
    if published == "hash":
        return Shown({"cards.parquet": None, "marks.parquet": None}, rows)
    style = cards.schema.get_field_index("style")
    blank = pc.if_else(pa.array(hidden), pa.scalar(None, pa.string()), whole(cards["style"]))
    ours = whole(cards["card"]).filter(pa.array(~hidden))
    return Shown(
        {
            "cards.parquet": cards.set_column(style, cards.schema.field(style), blank),
            "marks.parquet": marks.filter(pc.is_in(marks["card"], ours)),
        },
        rows,
    )


def withheld(cards: pa.Table, marks: pa.Table) -> npt.NDArray[np.bool_]:
    """Which rows of CARDS are withheld."""
    group, holds = _groups(cards, marks)
    sizes = np.bincount(group)
    hide = sizes < FEWEST
    while True:
        held = (holds * sizes[:, None])[hide].sum(axis=0)  # withheld cards by contest
        short = np.flatnonzero((held > 0) & (held < FEWEST) & (holds[~hide].any(axis=0)))
        if not len(short):
            return np.asarray(hide[group])
        candidates = np.flatnonzero(~hide & holds[:, short[0]])
        hide[candidates[np.argmin(sizes[candidates])]] = True


def _groups(cards: pa.Table, marks: pa.Table) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The group of each card, and which contests the cards of each group hold (groups x contests)."""
    contests = whole(marks["contest"]).dictionary_encode()
    row = whole(pc.index_in(marks["card"], whole(cards["card"]))).to_numpy().astype(np.int64)
    codes = np.asarray(contests.indices.to_numpy(), dtype=np.int64)
    number = max(len(contests.dictionary), 1)
    pairs = np.unique(row * number + codes)  # of card and contest, each once
    signs = np.random.default_rng(0).integers(1, 2**63, number, dtype=np.uint64)
    signature = np.zeros(cards.num_rows, dtype=np.uint64)
    np.add.at(signature, pairs // number, signs[pairs % number])
    labels = pc.binary_join_element_wise(cards["jurisdiction"], pc.fill_null(cards["style"], ""), "\x1f")
    label = np.asarray(whole(labels).dictionary_encode().indices.to_numpy(), dtype=np.uint64)
    both, group = np.unique(np.stack([signature, label]), axis=1, return_inverse=True)
    group = group.reshape(-1).astype(np.int64)
    holds = np.zeros((both.shape[1], number), dtype=bool)
    holds[group[pairs // number], pairs % number] = True
    return group, holds
