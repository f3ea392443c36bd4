"""funding.capacity (F8): a donor gives far more than others of the same occupation, a company more than its profit."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.episodes import Members
from tocsin.detect.funding.occupations import HIGH
from tocsin.detect.funding.register import Numbers, Register, codes, grouped
from tocsin.model.arrow import pc
from tocsin.model.finding import Interval
from tocsin.resolve import keys
from tocsin.stats import stated


class Parameters(base.Parameters):
    """What a user may set."""

    tail: float = Field(default=0.001, gt=0, lt=0.1, description="Share of an occupation's donors that is looked at.")


class Capacity(base.Flag):
    """F8: totals of a year against those of the register's donors of one occupation; companies against their profit."""

    id = "funding.capacity"
    flag = "F8"
    title = "Gifts beyond what the donor seems to have"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """Persons by the rank of their total; companies by an exact rule."""
        people, tested = _people(tables.register, params)
        companies, more = _companies(tables)
        enough = f"{round(1 / params.tail):,}"
        skipped = "" if tested or more else f"no occupation has {enough} donors in a year, and no profits are told"
        return base.FlagResult((*people, *companies), tested + more, skipped)


def _people(register: Register, params: Parameters) -> tuple[list[base.Candidate], int]:
    occupation = codes(keys.clean(register.column("occupation")))[0]
    occupation = np.where(register.person & (register.income != HIGH), occupation, -1)
    year = pc.year(register.column("date")).to_numpy()
    currency = register.currency[0]
    unit = grouped(occupation, year, currency, register.donor)
    size = int(unit.max(initial=-1)) + 1
    if not size:
        return [], 0
    known = np.flatnonzero(unit >= 0)
    total = np.bincount(unit[known], register.amount[known], minlength=size)
    peers = np.zeros(size, np.int64)
    peers[unit[known]] = grouped(occupation, year, currency)[known]
    order = np.lexsort((-total, peers))
    starts = np.flatnonzero(np.diff(peers[order], prepend=-1))
    group = np.cumsum(np.diff(peers[order], prepend=-1) != 0) - 1
    number = np.bincount(group)[group]
    last = np.append(np.flatnonzero(np.diff(total[order]) != 0), size - 1)
    last = np.minimum(last[np.searchsorted(last, np.arange(size))], (starts + np.bincount(group) - 1)[group])
    p = (last - starts[group] + 1) / (number + 1)  # of equal totals each has the rank of the last
    members = Members(unit)
    found = [
        _person(register, members(order[at]), float(p[at]), int(number[at])) for at in np.flatnonzero(p <= params.tail)
    ]
    return found, int(np.count_nonzero(number + 1 >= 1 / params.tail))  # smaller groups can never be candidates


def _person(register: Register, rows: Numbers, p: float, peers: int) -> base.Candidate:
    total, currency = int(register.amount[rows].sum()), register.text("currency", rows[0])
    question = "How many donors of the same occupation gave as much in that year?"
    rank = p * (peers + 1)
    return base.Candidate(
        flag=Capacity.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"One donor gave more than {1 - p:.2%} of the same occupation",
        sentence=f"A donor gave {wording.money(total, currency)} in one year, rank {rank:.0f} of {peers} donors who "
        "state the same occupation.",
        channel="campaign-contact",
        p=p,
        tests=(stated.test(question, "rank", "the register's donors of that occupation", rank, (peers + 1) / 2, p),),
        effects=(stated.share("as much or more", round(rank), peers, "donors of the occupation in that year"),),
        explanations=(
            stated.explanation("wealth", "Has the donor other means?", "cannot tell", "registers do not tell"),
        ),
        why="far above others of the same occupation",
    )


def _companies(tables: base.MoneyTables) -> tuple[list[base.Candidate], int]:
    register, owners = tables.register, tables.owners
    found, tested = [], 0
    for entity, given in owners.donors.items():
        fact = tables.entities.slice(entity, 1).to_pylist()[0]
        currency = fact["currency"] or register.text("currency", given[0])
        rows = register.paid_in(currency, given)
        if fact["profit_minor"] is None or not rows.size:
            continue
        total = int(register.amount[rows].sum())
        tested += 1
        if total > fact["profit_minor"]:
            profit = wording.money(fact["profit_minor"], currency)
            question = "Are the company's gifts more than its last profit?"
            found.append(
                base.Candidate(
                    flag=Capacity.id,
                    rows=base.sorted_rows(register.at[rows]),
                    title=f"{owners.name(entity)} gave more than its last profit",
                    sentence=f"{owners.name(entity)} gave {wording.money(total, currency)}; last profit {profit}.",
                    channel="shell-company",
                    p=None,
                    tests=(stated.test(question, "exact rule", "", total, fact["profit_minor"], None),),
                    effects=_of_profit(total, fact["profit_minor"]),
                    why="company gift over its last profit",
                )
            )
    return found, tested


def _of_profit(total: int, profit: int) -> tuple[Interval, ...]:
    """Gifts against the profit; nothing where there was a loss."""
    meaning = "gifts against the last profit"
    return (stated.exact("of the profit", total / profit, "times", meaning),) if profit > 0 else ()


DETECTOR = Capacity()
