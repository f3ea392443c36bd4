"""Tables whose columns are the fields of a gift by name: what the simulated election writes, and whoever has prepared a
register. Amounts are in units of the currency, under the name without `_minor`."""

from __future__ import annotations

from tocsin.model.arrow import pc
from tocsin.model.gift import GIFTS
from tocsin.sources.gifts.columns import text
from tocsin.sources.gifts.delimited import Columns, DelimitedRegister


def _adjust(raw: Columns, gifts: Columns) -> Columns:
    gifts["memo"] = pc.fill_null(pc.equal(pc.utf8_upper(text(raw["memo"])), "X"), False)
    return gifts


GIFT_TABLE = DelimitedRegister(
    id="gifts",
    title="a table with the fields of a gift",
    jurisdiction="",
    currency="",
    signature=("gift", "jurisdiction", "recipient", "date", "amount", "currency", "kind", "donor_type", "memo"),
    fields={name: (name.removesuffix("_minor"),) for name in GIFTS.names if name not in ("register", "file", "row")},
    adjust=_adjust,
)
