"""funding.digits (F14): round amounts and first digits against recipients of the same type; orders, never accuses."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base
from tocsin.detect.funding.register import Numbers, codes
from tocsin.model.arrow import pc


class Parameters(base.Parameters):
    """What a user may set."""

    min_gifts: int = Field(default=50, ge=10, description="Fewest gifts of a recipient.")


class Digits(base.Flag):
    """F14: how far a recipient's first digits and round amounts lie from those of its type (not from Benford's law:
    limits and habits make lawful amounts differ from it). Gives a figure by which leads of equal weight are ordered."""

    id = "funding.digits"
    flag = "F14"
    title = "Unusual amounts"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """Total variation distance of ten classes: first digit 1 to 9, and multiples of a hundred."""
        register = tables.register
        kinds = codes(pc.fill_null(register.column("recipient_type"), ""))[0]
        digit = register.amount // 10 ** np.floor(np.log10(register.amount)).astype(np.int64)
        place = np.where(register.amount % 10_000 == 0, 0, digit)
        size = len(register.recipients)
        counts = np.bincount(register.recipient * 10 + place, minlength=size * 10).reshape(size, 10)
        kind = np.zeros(size, np.int64)
        np.maximum.at(kind, register.recipient, kinds)
        total = np.zeros((int(kind.max()) + 1, 10))
        np.add.at(total, kind, counts)
        chosen = np.flatnonzero(counts.sum(axis=1) >= params.min_gifts)
        tilt = {int(code): _distance(counts[code], total[kind[code]] - counts[code]) for code in chosen}
        skipped = "" if chosen.size else f"no recipient has {params.min_gifts} gifts"
        return base.FlagResult(tested=int(chosen.size), tilt=tilt, skipped=skipped)


def _distance(own: Numbers, others: Numbers) -> float:
    """Between 0 and 1; 0 where there are no others of the type."""
    if not others.sum():
        return 0.0
    return float(np.abs(own / own.sum() - others / others.sum()).sum() / 2)


DETECTOR = Digits()
