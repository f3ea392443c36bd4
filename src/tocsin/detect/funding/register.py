"""The counted rows of a settled table as arrays of numbers: who, to whom, when, how much, from where."""

from __future__ import annotations

from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from tocsin.detect.funding import occupations, wording
from tocsin.detect.funding.near import near_groups
from tocsin.model.arrow import Array, pc, positions, whole
from tocsin.model.gift import private
from tocsin.model.rules import Rule, Rules
from tocsin.resolve import keys

Numbers: TypeAlias = Any  # a NumPy array; its stubs lag behind what it does

#: Kinds of rules on publication; of several that hold the first counts.
THRESHOLDS = ("itemisation-threshold", "report-threshold", "immediate-report-threshold")
PERSON, ORGANISATION = "person", ("company", "association", "trust", "other")


def codes(column: Any) -> tuple[Numbers, Array]:
    """A number for each distinct text (-1: null), and the texts. Numbers follow the order of the texts, so that they do
    not depend on the order of rows."""
    coded = whole(pa.chunked_array([column]) if isinstance(column, pa.Array) else column).dictionary_encode()
    texts = coded.dictionary
    order = pc.sort_indices(texts)
    rank = np.empty(len(texts) + 1, np.int32)
    rank[order.to_numpy()] = np.arange(len(texts), dtype=np.int32)
    rank[-1] = -1
    found = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    return rank[found], texts.take(order)


def grouped(*parts: Numbers) -> Numbers:
    """One number for each distinct tuple, int64, in the order of the tuples; -1 where a part is below 0."""
    known = np.flatnonzero(np.logical_and.reduce([part >= 0 for part in parts]))
    number: Numbers = np.zeros(known.size, np.int64)
    for part in parts:
        here = part[known].astype(np.int64)
        width = int(here.max(initial=0)) + 1
        if number.size and int(number.max()) > (1 << 62) // width:
            number = np.unique(number, return_inverse=True)[1]
        number = number * width + here
    out = np.full(parts[0].size, -1, np.int64)
    out[known] = np.unique(number, return_inverse=True)[1]
    return out


class Register:
    """Counted rows (`standing` is "counted", the amount above nought) of a table of schema `SETTLED`.

    Every array has one value a counted row; `at` is the row's position in the table. Arrays are made when first asked
    for. Codes are -1 where the register does not tell.
    """

    def __init__(self, gifts: pa.Table, donor: Array, rules: Rules) -> None:
        counted = pc.and_(pc.equal(gifts["standing"], "counted"), pc.greater(gifts["amount_minor"], 0))
        self.at: Numbers = np.flatnonzero(counted.to_numpy())
        self._all = self.at.size == gifts.num_rows
        self.gifts, self._donor, self.rules = gifts, donor, rules

    @property
    def rows(self) -> int:
        """How many rows are counted."""
        return int(self.at.size)

    def column(self, name: str) -> Array:
        """One column of the counted rows."""
        column = self.gifts[name]
        return whole(column if self._all else column.take(positions(self.at)))

    @cached_property
    def donor(self) -> Numbers:
        """Number of the resolved donor."""
        return np.asarray(self._donor)[self.at]

    @cached_property
    def day(self) -> Numbers:
        """Days since 1970-01-01, int32."""
        return self.column("date").cast(pa.int32()).to_numpy()

    @cached_property
    def amount(self) -> Numbers:
        """Minor units, int64."""
        return self.column("amount_minor").to_numpy()

    @cached_property
    def kept(self) -> Numbers:
        """What the recipient kept of each gift, minor units: the amount less what went back of it in part."""
        back = self.gifts.select(["pair", "amount_minor"]).filter(
            pc.and_(pc.equal(self.gifts["standing"], "refund"), pc.is_valid(self.gifts["pair"]))
        )
        returned = np.zeros(self.gifts.num_rows, np.int64)
        np.add.at(returned, back["pair"].to_numpy(), np.abs(back["amount_minor"].to_numpy()))
        return np.maximum(self.amount - returned[self.at], 0)

    @cached_property
    def currency(self) -> tuple[Numbers, list[str]]:
        """Code of each gift's currency, and the currencies."""
        number, names = codes(self.column("currency"))
        return number, names.to_pylist()

    def paid_in(self, currency: str, rows: Numbers) -> Numbers:
        """Those of some rows that are in a currency."""
        number, names = self.currency
        return rows[number[rows] == names.index(currency)] if currency in names else rows[:0]

    def total(self, rows: Numbers) -> str:
        """Sum of some rows in words, each currency by itself."""
        number, names = self.currency
        sums = ((name, self.amount[rows[number[rows] == code]]) for code, name in enumerate(names))
        return " and ".join(wording.money(amounts.sum(), name) for name, amounts in sums if amounts.size)

    @cached_property
    def _recipient(self) -> tuple[Numbers, Array]:
        return codes(self.column("recipient"))

    @property
    def recipient(self) -> Numbers:
        """Code of who got it."""
        return self._recipient[0]

    @property
    def recipients(self) -> Array:
        """Ids of who got it, by code."""
        return self._recipient[1]

    @cached_property
    def person(self) -> Numbers:
        """Whether a private person gave: told so, or with a last name and no type."""
        return private(self.gifts).to_numpy(zero_copy_only=False)[self.at]

    @cached_property
    def organisation(self) -> Numbers:
        """Whether a company, association, trust or the like gave; parties, unions and committees are none here."""
        kind = pc.fill_null(self.column("donor_type"), "company")
        given = pc.is_in(kind, pa.array(ORGANISATION)).to_numpy(zero_copy_only=False)
        return given & ~self.person

    @cached_property
    def limit(self) -> Numbers:
        """The limit a gift falls under, in minor units, float64; NaN where the law sets none."""
        return self._rule("contribution-limit")

    @cached_property
    def threshold(self) -> Numbers:
        """The amount above which a gift is made public with its donor, minor units; NaN where none is known."""
        kinds = [self._rule(kind) for kind in THRESHOLDS]
        return np.where(np.isnan(kinds[0]), np.where(np.isnan(kinds[1]), kinds[2], kinds[1]), kinds[0])

    @cached_property
    def _dated(self) -> tuple[Numbers, Array, Numbers]:
        law, names = codes(self.column("jurisdiction"))
        return law, names, grouped(law, self.day - self.day.min(initial=0))

    @cached_property
    def summed(self) -> Numbers:
        """Whether gifts may be added up against the limit: it counts over an election, and the row says which, or over
        a time. Committees without elections, which may take any sum, are left out by that."""
        found, pair = self._rules_of("contribution-limit")
        by_election = np.array([rule is not None and rule.per == "election" for rule in found], bool)
        return ~by_election[pair] | self.column("election").is_valid().to_numpy(zero_copy_only=False)

    def _rules_of(self, kind: str) -> tuple[list[Rule | None], Numbers]:
        """The rule of each pair of jurisdiction and day, and each row's pair."""
        law, names, pair = self._dated
        first = np.unique(pair, return_index=True)[1]
        days = self.column("date").take(positions(first)).to_pylist()
        return [self.rules.at(kind, names[code].as_py(), day) for code, day in zip(law[first], days, strict=True)], pair

    def _rule(self, kind: str) -> Numbers:
        """The rule's amount; NaN for gifts in another currency than the rule's."""
        found, pair = self._rules_of(kind)
        amounts = [np.nan if rule is None or rule.amount_minor is None else rule.amount_minor for rule in found]
        number, names = self.currency
        theirs = [names.index(rule.currency) if rule and rule.currency in names else -1 for rule in found]
        return np.where(np.array(theirs, int)[pair] == number, np.array(amounts, float)[pair], np.nan)

    def labels(self, rows: Any, *kinds: str) -> tuple[str, ...]:
        """Label of the first of the kinds of rules that holds for the earliest of some rows; none where none does."""
        law, _, _ = self._dated
        some = np.atleast_1d(rows)
        row = some[np.lexsort((law[some], self.day[some]))[0]]
        day, place, currency = (self.text(name, row) for name in ("date", "jurisdiction", "currency"))
        found = (self.rules.at(kind, place, day) for kind in kinds)
        return next(((rule.label(),) for rule in found if rule and rule.currency in (None, currency)), ())

    def text(self, name: str, row: Any) -> Any:
        """One cell of a counted row."""
        return self.gifts[name][int(self.at[row])].as_py()

    @cached_property
    def large(self) -> Numbers:
        """What a gift near the most that a person may give is, minor units: the limit; where the law sets none, the
        recipient's own 99th centile of gifts by persons."""
        return np.where(np.isnan(self.limit), self._own_top[self.recipient], self.limit)

    @cached_property
    def _own_top(self) -> Numbers:
        order = np.lexsort((self.amount, self.recipient))
        order = order[self.person[order]]
        count = np.bincount(self.recipient[order], minlength=len(self.recipients))
        last = np.cumsum(count) - 1
        top = np.maximum(last - count // 100, 0)
        return np.where(count > 0, self.amount[order][np.minimum(top, order.size - 1)], np.inf) if order.size else count

    @cached_property
    def postcode(self) -> Numbers:
        """Code of the area a postcode names: five digits, or the first half of a code with a space."""
        code = pc.utf8_lower(pc.utf8_trim_whitespace(self.column("postcode")))
        code = pc.replace_substring_regex(code, r"^(\d{5})(-? ?\d{4})$", r"\1")
        code = pc.replace_substring_regex(code, r"^([a-z]{1,2}\d[a-z\d]?) ?\d[a-z]{2}$", r"\1")
        return codes(pc.if_else(pc.equal(code, ""), None, code))[0]

    @cached_property
    def surnames(self) -> Array:
        """Last names as keys; of donors without one, the last word of the name."""
        return keys.last_names(self.column("last_name"), self.column("donor_name"))

    @cached_property
    def surname(self) -> Numbers:
        """Code of the last name; of the whole name for organisations."""
        organisation = self.organisation
        if not organisation.any():
            return codes(self.surnames)[0]
        return codes(pc.if_else(pa.array(organisation), keys.org_keys(self.column("donor_name")), self.surnames))[0]

    @cached_property
    def family(self) -> Numbers:
        """Code of a person's last name within a postcode, spellings one edit apart being one."""
        name, texts = codes(pc.if_else(pa.array(self.person), self.surnames, None))
        pair = grouped(name, self.postcode)
        known = np.flatnonzero(pair >= 0)
        first = known[np.unique(pair[known], return_index=True)[1]]
        return near_groups(texts.take(positions(name[first])), self.postcode[first].astype(np.int64), pair)

    @cached_property
    def employer(self) -> Numbers:
        """Code of the employer, spellings one edit apart being one; of persons only."""
        number, texts = codes(keys.employer_keys(self.column("employer")))
        number = np.where(self.person, number, -1)
        return near_groups(texts, np.zeros(len(texts), np.int64), number)

    @cached_property
    def address(self) -> Numbers:
        """Code of house, street and postcode, spellings one edit apart being one; boxes are their own."""
        number, texts = codes(keys.address_keys(self.column("street"), self.column("postcode")))
        text = pc.replace_substring_regex(texts, r" (?:apt?|unit|ste)? ?\d+[a-z]?\|", "|")  # a unit that was mistyped
        text = pc.if_else(pc.starts_with(texts, "po box "), texts, text)
        block = codes(pc.replace_substring_regex(text, r"^(\d+).*\|(.*)$", r"\1|\2"))[0]
        street = pc.replace_substring_regex(pc.replace_substring_regex(text, r"\|.*$", ""), r"^\d+ ", "")
        return near_groups(street, block.astype(np.int64), number)

    @cached_property
    def office(self) -> Numbers:
        """Whether the street names a suite or floor."""
        said = pc.match_substring_regex(self.column("street"), r"(?i)\b(suite|ste|floor|fl|flr)\b")
        return pc.fill_null(said, False).to_numpy(zero_copy_only=False)

    @cached_property
    def income(self) -> Numbers:
        """What the stated occupation says of income: `occupations.LOW`, `HIGH`, `NONE` or `UNKNOWN`, int8."""
        return occupations.classify(self.column("occupation"), self.column("employer"))

    @cached_property
    def status(self) -> Numbers:
        """Code of employer and occupation as stated, words only."""
        said = [pc.fill_null(keys.clean(self.column(name)), "") for name in ("employer", "occupation")]
        return codes(pc.binary_join_element_wise(*said, "|"))[0]

    @cached_property
    def election(self) -> Numbers:
        """Code of the election a gift counts for: as filed, else the year."""
        year = pc.cast(pc.year(self.column("date")), pa.string())
        return codes(pc.coalesce(self.column("election"), year))[0]

    @cached_property
    def first_seen(self) -> Numbers:
        """Day of the donor's first gift in the register, int32, one a row."""
        donors, place = np.unique(self.donor, return_inverse=True)
        first = np.full(donors.size, np.iinfo(np.int32).max, np.int32)
        np.minimum.at(first, place, self.day)
        return first[place]

    @cached_property
    def _by_donor(self) -> tuple[Numbers, Numbers]:
        order = np.argsort(self.donor, kind="stable")
        return order, self.donor[order]

    def rows_of(self, donors: Numbers) -> Numbers:
        """Counted rows of some donors."""
        order, sorted_donors = self._by_donor
        wanted = np.unique(donors)
        starts, stops = np.searchsorted(sorted_donors, wanted), np.searchsorted(sorted_donors, wanted, "right")
        return np.concatenate([order[a:b] for a, b in zip(starts, stops, strict=True)] or [order[:0]])
