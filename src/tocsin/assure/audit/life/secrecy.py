"""What of cast vote records may be published: a ballot that few others resemble could be recognised.

The practice that this follows (Colorado, Crum and others 2016: redaction of styles with fewer than ten ballots): cards
are grouped by jurisdiction, style and the contests on them; groups with fewer than ten cards are withheld. More cards,
from the smallest groups first, are withheld until for every contest of every jurisdiction none or at least ten cards
are, so that totals less what is published tell nobody's vote. Whoever polls cards, counts batches or reads cards that
have no record publishes what they say, so no container of these may hold fewer than ten.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.assure.audit.life.frame import containers
from tocsin.errors import InputError
from tocsin.model.arrow import Array, pc, whole
from tocsin.model.audit import Published
from tocsin.model.ballot import MARKS

FEWEST = 10  # cards that a group must have to be shown
WITHHELD = "withheld.csv"
WITHHELD_COLUMNS = ("jurisdiction", "tabulator", "batch", "position")


@dataclass(frozen=True, slots=True)
class Shown:
    """The MARKS that are published in place of all of them, and the places of the cards whose votes are withheld."""

    marks: pa.Table | None = None
    withheld: pa.Table | None = None

    @property
    def hidden(self) -> int:
        """How many cards are withheld."""
        return self.withheld.num_rows if self.withheld is not None else 0


def shown(cards: pa.Table, marks: pa.Table, published: Published) -> Shown:
    """What is published: of withheld cards, and of all where only the hash is, the contests and no vote."""
    if published == "full" or not cards.num_rows:
        return Shown()
    hide = withheld(cards, marks)
    if published == "redacted" and not hide.any():
        return Shown()
    hidden = pa.array(hide)
    rows = cards.filter(hidden).select(list(WITHHELD_COLUMNS))
    secret = whole(cards["card"]) if published == "hash" else whole(cards["card"]).filter(hidden)
    return Shown(_without_votes(marks, secret), rows)


def check_containers(manifest: pa.Table, cards: pa.Table) -> None:
    """Raises `InputError` where a container with cards that have no record holds fewer than ten cards."""
    held = manifest["cards"].to_numpy()
    recorded = np.bincount(containers(cards, manifest), minlength=manifest.num_rows)
    few = np.flatnonzero((held > recorded) & (held < FEWEST))
    if len(few):
        raise InputError(
            f"{len(few):,} batches hold fewer than {FEWEST} cards, and what is read of them would be published; the "
            f"first is {manifest['batch'][int(few[0])].as_py()}",
            hint="put their cards into other batches, in the room and in the files, or say --publish full",
        )


def _without_votes(marks: pa.Table, secret: Array) -> pa.Table:
    """MARKS with one empty row a contest for the cards in `secret`."""
    mine = pc.is_in(marks["card"], secret)
    pairs = marks.filter(mine).group_by(["card", "contest"], use_threads=False).aggregate([])
    empty = {"choice": pa.nulls(pairs.num_rows, pa.string()), "rank": pa.array([1] * pairs.num_rows, pa.int32())}
    blank = {"card": pairs["card"], "contest": pairs["contest"], **empty, "overvote": [False] * pairs.num_rows}
    rest = marks.filter(pc.invert(mine))
    return pa.concat_tables([rest, pa.table([blank[name] for name in MARKS.names], schema=MARKS)])


def withheld(cards: pa.Table, marks: pa.Table) -> npt.NDArray[np.bool_]:
    """Which rows of CARDS are withheld."""
    group, holds = _groups(cards, marks)
    hide: npt.NDArray[np.bool_] = (np.bincount(group) < FEWEST)[group]
    whose = np.asarray(whole(cards["jurisdiction"]).dictionary_encode().indices.to_numpy())
    for jurisdiction, contest in np.ndindex(int(whose.max(initial=-1)) + 1, holds.shape[1]):
        mine = holds[group, contest] & (whose == jurisdiction)
        while 0 < (hidden := int((hide & mine).sum())) < FEWEST and (mine & ~hide).any():
            shown = np.bincount(group[mine & ~hide], minlength=len(holds))
            least = int(np.flatnonzero(shown)[np.argmin(shown[shown > 0])])
            rows = np.flatnonzero((group == least) & ~hide)
            more = FEWEST - hidden
            hide[rows if len(rows) - more < FEWEST else rows[:more]] = True
    return hide


def _groups(cards: pa.Table, marks: pa.Table) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The group of each card, and which contests the cards of each group hold (groups x contests)."""
    names = pc.unique(whole(marks["contest"])).sort()  # in an order that withheld rows do not change
    row = whole(pc.index_in(marks["card"], whole(cards["card"]))).to_numpy().astype(np.int64)
    codes = np.asarray(pc.index_in(whole(marks["contest"]), names).to_numpy(), dtype=np.int64)
    number = max(len(names), 1)
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
