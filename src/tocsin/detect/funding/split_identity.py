"""funding.split_identity (F4): one donor under several spellings whose gifts together exceed the limit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.episodes import Members, binomial_tail, distinct, once
from tocsin.detect.funding.near import components
from tocsin.detect.funding.register import Numbers, Register, codes, grouped
from tocsin.model.arrow import Array, pc, positions
from tocsin.model.finding import Explanation, Verdict
from tocsin.resolve import keys
from tocsin.stats import stated

SAMPLE = 40_000  # pairs of names from which their usual likeness is measured
LARGEST = 400  # rows of one block that are compared each with each; larger ones are one spelling many times


SAME_WORK = 0.1  # share of people of one place and last name taken to have one employer and occupation


class Parameters(base.Parameters):
    """What a user may set."""

    likeness: float = Field(default=0.84, gt=0, le=1, description="Jaro-Winkler similarity of names that are one.")


class SplitIdentity(base.Flag):
    """F4: near names of one address or postcode, each gift within the limit of the election, all together over it."""

    id = "funding.split_identity"
    flag = "F4"
    title = "One donor in several spellings over the limit"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """Blocks are addresses, and last names of one postcode; within them names are compared each with each."""
        register = tables.register
        within = register.person & register.summed & (register.amount <= register.limit)
        if not within.any():
            return base.FlagResult(skipped="no limit over an election or a time is known for these gifts")
        names = Names(register, params.likeness)
        found: list[base.Candidate] = []
        tested = 0
        for place, crowd in ((register.address, None), (register.family, register.postcode)):
            unit = grouped(register.recipient, register.election, np.where(within, place, -1))
            known = unit >= 0
            total = np.bincount(unit[known], register.kept[known])
            most = np.zeros(total.size)
            np.maximum.at(most, unit[known], register.limit[known])
            members = Members(unit)
            people = None if crowd is None else _people(register, crowd)
            spelt = distinct(unit, names.identity)
            for number in np.flatnonzero((total > most) & (spelt >= 2)):
                rows = members(number)
                if rows.size <= LARGEST:
                    tested += 1
                    found += _candidates(register, names, rows, 1 if people is None else int(people[rows[0]]))
        return base.FlagResult(tuple(found), tested)


def _people(register: Register, postcode: Numbers) -> Numbers:
    """For each row, how many donors to its recipient live at its postcode."""
    place = grouped(register.recipient, postcode)
    known = np.flatnonzero(place >= 0)
    pairs = once(place[known] * (int(register.donor.max()) + 1) + register.donor[known])
    size = np.bincount(pairs // (int(register.donor.max()) + 1))
    return np.where(place >= 0, size[np.maximum(place, 0)] if size.size else 1, 1)


class Names:
    """First and last names, suffixes, and names and addresses as stated; and how alike names are by chance."""

    def __init__(self, register: Register, likeness: float) -> None:
        names = pc.coalesce(
            pc.binary_join_element_wise(register.column("last_name"), register.column("first_name"), ", "),
            register.column("donor_name"),
        )
        parts = pc.split_pattern(pc.fill_null(keys.person_keys(names), ""), ", ")
        self.last, self.first = pc.list_element(parts, 0), _second(parts)
        stated = pc.binary_join_element_wise(names, register.column("street"), "|", null_handling="replace")
        self.identity = codes(pc.utf8_lower(stated))[0]
        self.suffix = codes(register.column("suffix"))[0]
        self.likeness = likeness
        self.usual_first, self.usual_last = (
            self._usual(self.first, register.donor),
            self._usual(self.last, register.donor),
        )

    def one(self, left: str, right: str) -> bool:
        """Whether two names can be one: alike, the same letters, or an initial of the other."""
        from rapidfuzz.distance import JaroWinkler

        if not left or not right:
            return False
        if len(left) == 1 or len(right) == 1:
            return left[0] == right[0]
        return sorted(left) == sorted(right) or JaroWinkler.similarity(left, right) >= self.likeness

    def _usual(self, names: Array, donor: Numbers) -> float:
        """Share of pairs of the register's donors, drawn at random, whose names count as one."""
        number, texts = codes(names)
        people = once(donor.astype(np.int64) * (len(texts) + 1) + number + 1) % (len(texts) + 1) - 1
        people = np.sort(people[people >= 0])
        if people.size < 2:
            return 0.01
        drawn = np.random.default_rng(0).integers(people.size, size=(SAMPLE, 2))
        pairs = people[drawn[drawn[:, 0] != drawn[:, 1]]]
        words = texts.to_pylist()
        near = sum(self.one(words[a], words[b]) for a, b in pairs)
        return float((near + 1) / (len(pairs) + 2))


def _second(parts: Array) -> Array:
    several = pc.greater(pc.list_value_length(parts), 1)
    return pc.if_else(several, pc.list_element(pc.if_else(several, parts, pa.scalar(["", ""])), 1), "")


def _candidates(register: Register, names: Names, rows: Numbers, crowd: int) -> Iterator[base.Candidate]:
    last, first = (column.take(positions(rows)).to_pylist() for column in (names.last, names.first))
    texts = list(zip(last, first, strict=True))
    slot = {text: number for number, text in enumerate(sorted(set(texts)))}
    spelt = list(slot)
    pairs = [
        (a, b)
        for a in range(len(spelt))
        for b in range(a)
        if all(left == right or names.one(left, right) for left, right in zip(spelt[a], spelt[b], strict=True))
    ]
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    label = components(len(spelt), left, right)[[slot[text] for text in texts]]
    people = np.unique(names.identity[rows]).size
    for number in np.unique(label):
        one = rows[label == number]
        identities = np.unique(names.identity[one]).size
        if register.kept[one].sum() > register.limit[one].max() and identities >= 2:
            last = len({texts[at][0] for at in np.flatnonzero(label == number)})
            further = names.usual_first * (SAME_WORK if _colleagues(register, one) else 1.0)
            # first names of so many of the block's people; last names that differ and are alike nonetheless
            p = binomial_tail(identities - 1, people - 1, further) * min(1.0, names.usual_last * crowd) ** (last - 1)
            yield _candidate(register, names, one, float(p))


def _colleagues(register: Register, rows: Numbers) -> bool:
    """Whether all rows state one employer and occupation."""
    return bool((register.employer[rows] >= 0).all() and np.unique(register.status[rows]).size == 1)


def _candidate(register: Register, names: Names, rows: Numbers, p: float) -> base.Candidate:
    total, limit = int(register.kept[rows].sum()), float(register.limit[rows].max())
    currency = register.text("currency", rows[0])
    identities = np.unique(names.identity[rows]).size
    test = stated.test(
        "Would different people of one place have names so alike by chance?",
        "independent names",
        f"alike among the register's names: first {names.usual_first:.4f}, last {names.usual_last:.4f}",
        identities,
        1.0,
        p,
    )
    when = wording.period(register.day[rows])
    return base.Candidate(
        flag=SplitIdentity.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"One donor in {identities} spellings, {total / limit:.1f} times the limit {when}",
        sentence=(
            f"{identities} spellings of one name and address gave {wording.money(total, currency)} for one election "
            f"{when}; no single gift is over the limit of {wording.money(limit, currency)}."
        ),
        channel="campaign-contact",
        p=p,
        tests=(test,),
        effects=(stated.exact("over the limit", total / limit, "times", "sum of the gifts against the limit"),),
        explanations=(_relatives(register, names, rows), _plain_excess(names, rows)),
        rules=register.labels(rows, "contribution-limit"),
        why="a spelling of one name; all together over the limit",
    )


def _relatives(register: Register, names: Names, rows: Numbers) -> Explanation:
    """Father and son share a name and differ in the suffix; then neither alone is over the limit."""
    suffixes, place = np.unique(names.suffix[rows], return_inverse=True)
    over = np.bincount(place, register.kept[rows]).max() > register.limit[rows].max()
    verdict: Verdict = "does not fit" if suffixes.size < 2 else "fits in part" if over else "fits"
    detail = f"{suffixes.size} suffixes stated{', one of them alone over the limit' if over else ''}"
    return stated.explanation("relatives", "Are they relatives of one name?", verdict, detail)


def _plain_excess(names: Names, rows: Numbers) -> Explanation:
    """Most gifts under one spelling: the recipient can see the excess itself, and must return it."""
    _, times = np.unique(names.identity[rows], return_counts=True)
    most = times.max() / rows.size
    verdict: Verdict = "fits in part" if most >= 0.8 else "does not fit"
    question = "Is it an excess that the recipient can see and return?"
    return stated.explanation("plain-excess", question, verdict, f"{most:.0%} of the gifts under one spelling")


DETECTOR = SplitIdentity()
