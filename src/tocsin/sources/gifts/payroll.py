"""Payroll programmes that a register does not name: many donors, again and again, on the same few days."""

from __future__ import annotations

import numpy as np

from tocsin.sources.gifts.keys import Ints, Keys, Mask, joint

INSTALMENTS = 3  # gifts of a donor on pay days
DONORS_A_DAY = 8  # a pay day is a day on which so many donors with instalments gave
SHARE = 0.8  # of the recipient's rows that stand on pay days
DAYS_BETWEEN = 6  # pay days come a week apart or more, on average


def payroll_rows(recipient: Keys, donor: Keys, day: Ints) -> Mask:
    """Which rows are instalments: on a pay day of their recipient, by a donor with three of them.

    A committee that is given to every day has no pay days, however many its donors: its days are too dense.
    """
    donors = joint(recipient, donor)
    _, which, counts = np.unique(donors, return_inverse=True, return_counts=True)
    again = counts[which] >= INSTALMENTS
    _, cell, in_cell = np.unique(joint(recipient, day), return_inverse=True, return_counts=True)
    regular = np.bincount(cell[again], minlength=len(in_cell)) >= DONORS_A_DAY
    on_pay_day = regular[cell]
    _, committee, rows = np.unique(recipient, return_inverse=True, return_counts=True)
    concentrated = np.bincount(committee[on_pay_day], minlength=len(rows)) >= SHARE * rows
    paid = on_pay_day & concentrated[committee] & _sparse(committee, cell, day, regular, len(rows))
    instalments = np.bincount(which[paid], minlength=len(counts))
    return paid & (instalments[which] >= INSTALMENTS)


def _sparse(committee: Ints, cell: Ints, day: Ints, regular: Mask, size: int) -> Mask:
    """Rows of recipients whose pay days are at least three and far enough apart."""
    rows = np.flatnonzero(regular[cell])
    first = np.full(size, np.iinfo(np.int64).max)
    last = np.full(size, np.iinfo(np.int64).min)
    np.minimum.at(first, committee[rows], day[rows])
    np.maximum.at(last, committee[rows], day[rows])
    _, once = np.unique(cell[rows], return_index=True)
    days = np.bincount(committee[rows[once]], minlength=size)
    wide = np.where(days > 0, last - first, 0) >= (days - 1) * DAYS_BETWEEN
    return (wide & (days >= INSTALMENTS))[committee]
