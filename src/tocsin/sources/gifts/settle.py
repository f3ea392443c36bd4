"""What becomes of each row of a register before any flag is computed: only rows that are `counted` are looked at."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import positions
from tocsin.model.gift import SETTLED, STANDINGS
from tocsin.sources.gifts.amendments import amended_rows, duplicates, filings, notices
from tocsin.sources.gifts.earmarks import conduits, passed_on
from tocsin.sources.gifts.payroll import payroll
from tocsin.sources.gifts.returns import memos, redesignations, refunds, transfers
from tocsin.sources.gifts.work import Work

#: in this order; a row keeps what the first of them finds
_STEPS = (
    *(duplicates, filings, amended_rows, conduits, passed_on, notices),
    *(redesignations, memos, transfers, refunds, payroll),
)


def settle(gifts: pa.Table) -> pa.Table:
    """Give each gift its standing and, where another row explains it, that row's position (schema `SETTLED`).

    Rows keep their order. In this order, the first that fits: the same row again (`duplicate`), a filing or row that an
    amendment replaced (`superseded`), an intermediary's line of an earmarked gift (`conduit`, paired with the donor's
    row, which stays `counted` and points back), moved between elections or persons (`redesignation`), memo rows,
    transfers between committees, money going back (`refund`, with the gift `refunded` where it went back whole),
    instalments of payroll programmes. Rules of the FEC: 11 CFR 110.1(b), (k) and 110.6, and the instructions for
    Schedule A.
    """
    work = Work(gifts)
    for step in _STEPS:
        step(work)
    standing = pa.array(STANDINGS, pa.string()).take(positions(work.codes))
    made = gifts.append_column("standing", standing)
    return made.append_column("pair", pa.array(work.pair, pa.int64(), mask=work.pair < 0)).cast(SETTLED)
