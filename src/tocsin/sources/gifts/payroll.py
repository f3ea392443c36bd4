"""Payroll programmes that a register does not name: many donors, again and again, on the same few days."""

from __future__ import annotations

import numpy as np

from tocsin.sources.gifts.keys import Ints, Keys, Mask, joint
from tocsin.sources.gifts.work import Work, is_one_of

INSTALMENTS = 3  # gifts of a donor on pay days; also the least number of pay days
DONORS_A_DAY = 8  # a pay day is a day on which so many donors with instalments gave
SHARE = 0.8  # of the recipient's rows that stand on pay days
DAYS_BETWEEN = 6  # pay days come a week apart or more, on average


def payroll(work: Work) -> None:
    """Instalments of payroll programmes: those that say so, and those that the days show."""
    stated = work.counted & is_one_of(work.gifts["method"], "payroll")
    work.put(np.flatnonzero(stated), "payroll")
    rows = np.flatnonzero(work.counted)
    recipient = work.recipients[rows]
    likely = could_be_payroll(recipient, work.day[rows])
    rows, recipient = rows[likely], recipient[likely]
    regular = payroll_rows(recipient, joint(work.recipient[rows], work.donor(rows)), work.day[rows])
    work.put(rows[regular], "payroll")


def could_be_payroll(recipient: Ints, day: Ints) -> Mask:
    """Rows of recipients that got most of their gifts on a few days far apart, many on each: all others are out.

    `recipient`: numbers from 0. A committee that is given to every day has no pay days, however many its donors.
    """
    opening, size = int(day.min(initial=0)), int(recipient.max(initial=-1)) + 1
    cells = np.sort(recipient << 32 | (day - opening))
    starts = np.flatnonzero(np.concatenate((np.ones(1, bool), cells[1:] != cells[:-1]))) if len(cells) else cells
    counts = np.diff(np.append(starts, len(cells)))
    full = counts >= DONORS_A_DAY
    return _fits(cells[starts[full]], counts[full], np.bincount(recipient, minlength=size))[recipient]


def payroll_rows(recipient: Ints, donor: Keys, day: Ints) -> Mask:
    """Which rows are instalments: on a pay day of their recipient, by a donor of its who has three of them."""
    opening, size = int(day.min(initial=0)), int(recipient.max(initial=-1)) + 1
    _, which, gifts = np.unique(donor, return_inverse=True, return_counts=True)
    cells, cell = np.unique(recipient << 32 | (day - opening), return_inverse=True)
    again = gifts[which] >= INSTALMENTS
    regular = np.bincount(cell[again], minlength=len(cells)) >= DONORS_A_DAY
    rows = np.bincount(cell, minlength=len(cells))
    fits = _fits(cells[regular], rows[regular], np.bincount(recipient, minlength=size))
    paid = regular[cell] & fits[recipient]
    instalments = np.bincount(which[paid], minlength=len(gifts))
    result: Mask = paid & (instalments[which] >= INSTALMENTS)
    return result


def _fits(cells: Ints, counts: Ints, rows: Ints) -> Mask:
    """Which recipients have at least three such days, far enough apart, with most of their rows."""
    size = len(rows)
    recipient, day = cells >> 32, cells & 0xFFFFFFFF
    on_days = np.bincount(recipient, counts, minlength=size)
    days = np.bincount(recipient, minlength=size)
    first, last = np.full(size, np.iinfo(np.int64).max), np.zeros(size, np.int64)
    np.minimum.at(first, recipient, day)
    np.maximum.at(last, recipient, day)
    wide = np.where(days > 0, last - first, 0) >= (days - 1) * DAYS_BETWEEN
    result: Mask = wide & (days >= INSTALMENTS) & (on_days >= SHARE * rows)
    return result
