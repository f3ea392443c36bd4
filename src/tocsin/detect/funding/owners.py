"""Who stands behind a donor that is a company: its entry in the ownership data, and the owners above it on a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from tocsin.detect.funding.register import Numbers, codes
from tocsin.model.arrow import Array, pc, whole
from tocsin.model.finding import Step
from tocsin.model.rules import Rule
from tocsin.resolve import keys

if TYPE_CHECKING:
    from tocsin.detect.funding.base import MoneyTables

DEPTH = 12  # links above a company; longer chains are not followed
#: Interests that are no control by themselves (interest types of BODS 0.4).
MERE = frozenset({"boardMember", "boardChair", "seniorManagingOfficial", "unknownInterest", "unpublishedInterest"})


@dataclass(frozen=True, slots=True)
class Reach:
    """How far those looked for stand behind a company: their `share` in it (a link through a company that counts
    itself counts in full), whether they have `control`, who they are (rows of `ENTITIES`), and the links up to them."""

    share: float
    control: bool
    found: tuple[int, ...]
    path: tuple[Step, ...]


class Owners:
    """The entities of a money scan, tied to the donors of the counted rows by company number, else by name."""

    def __init__(self, tables: MoneyTables) -> None:
        self.entities, self._register = tables.entities, tables.register
        self._holdings = tables.holdings

    @cached_property
    def entity(self) -> Numbers:
        """Row of `entities` for each counted row, -1 where the donor is not in them. A name that two entities bear is
        nobody's."""
        register = self._register
        if not self.entities.num_rows:
            return np.full(register.rows, -1, np.int64)
        number = _found(register.column("company_number"), self.entities["company_number"])
        number = np.where(self._elsewhere(number), -1, number)
        first = pc.list_element(
            pc.if_else(
                pc.greater(pc.list_value_length(whole(self.entities["names"])), 0),
                whole(self.entities["names"]),
                pa.scalar([""]),
            ),
            0,
        )
        company = pc.equal(whole(self.entities["kind"]), "company")
        by_name = _found(keys.org_keys(register.column("donor_name")), keys.org_keys(pc.if_else(company, first, None)))
        return np.where(register.organisation, np.where(number >= 0, number, by_name), -1)

    def _elsewhere(self, number: Numbers) -> Numbers:
        """Whether an entity is of another country than the donor, or than the register where no country is stated:
        companies of two countries may have one number."""
        register = self._register
        home = pc.list_element(pc.split_pattern(register.column("jurisdiction"), "-"), 0)
        theirs = whole(self.entities["country"]).take(pa.array(number, mask=number < 0))
        other = pc.not_equal(theirs, pc.coalesce(register.column("country"), home))
        return pc.fill_null(other, False).to_numpy(zero_copy_only=False)

    @cached_property
    def donors(self) -> dict[int, Numbers]:
        """Counted rows of each entity that gave."""
        entity = self.entity
        order = np.argsort(entity, kind="stable")
        order = order[entity[order] >= 0]
        found, starts = np.unique(entity[order], return_index=True)
        return dict(zip(found.tolist(), np.split(order, starts[1:]), strict=True)) if found.size else {}

    def texts(self, kind: str) -> Numbers | None:
        """Code of the agent, or of the first officer, of each counted row's donor; None where the data tell none."""
        if not self.entities.num_rows:
            return None
        column = whole(self.entities[kind])
        if pa.types.is_list(column.type):
            told = pc.greater(pc.fill_null(pc.list_value_length(column), 0), 0)
            column = pc.list_element(pc.if_else(told, column, pa.scalar([""])), 0)
        number = np.append(codes(keys.name_keys(column))[0], -1)
        return number[self.entity] if (number >= 0).any() else None

    def holders(self) -> Numbers | None:
        """Code of the owner or board member of each counted row's donor: of several, whoever is so of most donors; -1
        where none is told. None where the data tell of no company that gave."""
        behind = {
            entity: {link["owner"] for link in self._above.get(str(self.entities["entity"][entity].as_py()), [])}
            for entity in self.donors
        }
        of = Counter(owner for owners in behind.values() for owner in owners)
        if not of:
            return None
        code = {owner: n for n, owner in enumerate(sorted(of))}
        best = {e: max(owners, key=lambda owner: (of[owner], owner)) for e, owners in behind.items() if owners}
        chosen = {entity: code[owner] for entity, owner in best.items()}
        number = np.full(self.entities.num_rows + 1, -1, np.int64)
        number[list(chosen)] = list(chosen.values())
        return number[self.entity]

    def name(self, entity: int) -> str:
        """The name to show of a company or state; a person is shown as what it is, without the name."""
        row = self.entities.slice(entity, 1).to_pylist()[0]
        if row["kind"] == "person":
            return f"person {row['entity']}"
        return row["names"][0] if row["names"] else f"{row['kind']} {row['entity']}"

    def place(self, entity: int) -> str:
        """Country of an entity: residence of a person where told, else registration or nationality."""
        row = self.entities.slice(entity, 1).to_pylist()[0]
        return row["residence"] or row["country"] or ""

    @cached_property
    def _above(self) -> dict[str, list[dict[str, Any]]]:
        above = defaultdict(list)
        for row in self._holdings.to_pylist():
            above[row["held"]].append(row)
        for links in above.values():
            links.sort(key=lambda row: (row["owner"], row["interest"], str(row["since"])))
        return above

    @cached_property
    def _row(self) -> dict[str, int]:
        return {str(entity): row for row, entity in enumerate(self.entities["entity"].to_pylist())}

    def reach(self, entity: int, day: date, wanted: Callable[[int], bool], rule: Rule) -> Reach:
        """Whom of the `wanted` entities stands above `entity` on a day under a rule on ownership.

        A company counts as theirs where the rule is met by it; so shares are not multiplied along a chain (31 CFR
        510.411 and OFAC FAQ 401; the same for chains of control). Circles are followed once.
        """
        start = str(self.entities["entity"][entity].as_py())
        return self._reach(start, day, wanted, rule, frozenset([start]))

    def _reach(self, held: str, day: date, wanted: Callable[[int], bool], rule: Rule, seen: frozenset[str]) -> Reach:
        shares: dict[str, float] = {}
        control = False
        found: list[int] = []
        path: list[Step] = []
        for link in self._above.get(held, []) if len(seen) <= DEPTH else []:
            owner = link["owner"]
            if owner in seen or owner not in self._row or not holds(link, day):
                continue
            row = self._row[owner]
            over = Reach(1.0, True, (row,), ())
            if not wanted(row):
                over = self._reach(owner, day, wanted, rule, seen | {owner})
                if not self.counts(over, rule):
                    continue
            if link["control"]:
                control |= link["interest"] not in MERE and (link["share_min"] is None or rule.held(link["share_min"]))
            else:
                shares[owner] = max(shares.get(owner, 0.0), link["share_min"] or 0.0)
            found += over.found
            path += [self._step(link, owner, held, day), *over.path]
        share = sum(shares.values()) if rule.aggregate else max(shares.values(), default=0.0)
        return Reach(min(share, 1.0), control, tuple(dict.fromkeys(found)), tuple(dict.fromkeys(path)))

    @staticmethod
    def counts(reach: Reach, rule: Rule) -> bool:
        """Whether the rule on ownership is met."""
        return bool(reach.found) and (rule.held(reach.share) or (rule.control and reach.control))

    def _step(self, link: dict[str, Any], owner: str, held: str, day: date) -> Step:
        return Step(
            relation="is controlled by" if link["control"] else "is owned by",
            source=self.name(self._row[held]) if held in self._row else held,
            target=self.name(self._row[owner]),
            share_min=link["share_min"],
            share_max=link["share_max"],
            since=link["since"],
            until=link["until"],
            on=day,
            evidence=f"{link['file']}, row {link['row']}",
        )


def _found(wanted: Array, there: Any) -> Numbers:
    """Row of `there` that equals each text of `wanted`; -1 for none, or where several do."""
    there = whole(there) if isinstance(there, pa.ChunkedArray) else there
    counts = pc.value_counts(there.drop_null())
    once = counts.field("values").filter(pc.equal(counts.field("counts"), 1))
    rows = pc.index_in(once, there).to_numpy(zero_copy_only=False)
    at = pc.fill_null(pc.index_in(wanted, once), -1).to_numpy(zero_copy_only=False)
    return np.append(rows, -1).astype(np.int64)[at]


def holds(link: Mapping[str, Any], day: date) -> bool:
    """Whether a row of HOLDINGS was so on that day, as far as it tells."""
    since, until = link["since"], link["until"]
    return (since is None or since <= day) and (until is None or until >= day)
