"""funding.listed_link (F10): a donor, or those who own it, on a sanctions list; each by its own rule and on its day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.register import Numbers
from tocsin.model.arrow import pc
from tocsin.model.finding import Explanation, Step, Verdict
from tocsin.model.listing import LISTS
from tocsin.stats import stated

FACTS = frozenset({"birth date", "birth place", "country", "number"})


class Parameters(base.Parameters):
    """What a user may set."""

    min_probability: float = Field(
        default=0.5, gt=0, le=1, description="Least probability that a donor or owner is the listed one."
    )
    around_d: int = Field(default=365, ge=0, description="Days before a listing in which a gift still counts.")


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry that a donor or owner is taken to be, with the first day on the list and the first day off it,
    as far as the list tells."""

    list: str
    entry: str
    probability: float
    since: date | None
    until: date | None
    facts: bool  # whether birth date, country or a number speak for it, and not the name alone

    def state(self, day: date, around_d: int) -> str:
        """What the entry was on a day: "listed", "listed later", "no longer listed", "day of listing not told", or
        nothing where the listing came more than `around_d` days later."""
        if self.until and self.until <= day:
            return "no longer listed"
        if self.since is None:
            return "day of listing not told"
        if self.since <= day:
            return "listed"
        return "listed later" if (self.since - day).days <= around_d else ""


class ListedLink(base.Flag):
    """F10: what screening found, taken through the owners under the rule of each list's jurisdiction."""

    id = "funding.listed_link"
    flag = "F10"
    title = "Donors and owners on sanctions lists"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """Donors themselves, then owners; one candidate a donor."""
        if tables.donor_hits is None and tables.owner_hits is None:
            return base.FlagResult(skipped="no list was given to screen against")
        own = list(_donors(tables, params))
        owned = list(_owned(tables, params))
        tested = np.unique(tables.register.donor).size + len(tables.owners.donors)
        return base.FlagResult((*own, *owned), int(tested))


def _hits(tables: base.MoneyTables, table: pa.Table | None, params: Parameters) -> dict[int, list[Hit]]:
    """Hits by query, most probable first."""
    found: dict[int, list[Hit]] = defaultdict(list)
    if table is None:
        return found
    days = _days(tables)
    for row in table.filter(pc.greater_equal(table["probability"], params.min_probability)).to_pylist():
        since, until = days.get((row["list"], row["entry"]), (None, None))
        found[row["query"]].append(
            Hit(row["list"], row["entry"], row["probability"], since, until, _facts(row["parts"]))
        )
    for hits in found.values():
        hits.sort(key=lambda hit: (-hit.probability, hit.list, hit.entry))
    return found


def _facts(parts: list[dict[str, Any]]) -> bool:
    return any(part["weight"] > 0 and part["part"] in FACTS for part in parts)


def _days(tables: base.MoneyTables) -> dict[tuple[str, str], tuple[date | None, date | None]]:
    """When each entry came onto its list and off it: as the list says, else as its editions show."""
    out: dict[tuple[str, str], tuple[date | None, date | None]] = {}
    if tables.history is not None:
        for name in tables.history.lists():
            for row in tables.history.first_seen(name).to_pylist():
                out[name, row["entry"]] = (
                    None if row["censored"] else row["first"],
                    row["last"] + timedelta(days=1) if row["removed"] else None,
                )
    if tables.listed is not None:
        for row in tables.listed.select(["list", "entry", "listed", "inherited", "delisted"]).to_pylist():
            told = [day for day in (row["listed"], row["inherited"]) if day]
            seen = out.get((row["list"], row["entry"]), (None, None))
            out[row["list"], row["entry"]] = (min(told) if told else seen[0], row["delisted"] or seen[1])
    return out


def _day(number: Any) -> date:
    return wording.EPOCH + timedelta(days=int(number))


def _days_of(tables: base.MoneyTables, rows: Numbers) -> list[date]:
    """Days of gifts, the last first."""
    return [_day(day) for day in np.unique(tables.register.day[rows])[::-1]]


def _donors(tables: base.MoneyTables, params: Parameters) -> Iterator[base.Candidate]:
    register = tables.register
    for donor, hits in sorted(_hits(tables, tables.donor_hits, params).items()):
        rows = register.rows_of(np.array([donor]))
        if not rows.size:
            continue
        days = _days_of(tables, rows)
        on = [day for day in days if any(hit.state(day, 0) == "listed" for hit in hits)]
        told = (on or days)[0]
        used = [(hit, told) for hit in hits if hit.state(told, params.around_d)]
        if used:
            steps = [_step("the donor", hit, told, "") for hit, _ in used]
            yield _candidate(tables, rows, "A donor is", steps, used, params)


def _owned(tables: base.MoneyTables, params: Parameters) -> Iterator[base.Candidate]:
    register, owners = tables.register, tables.owners
    hits = _hits(tables, tables.owner_hits, params)
    lists = {hit.list for found in hits.values() for hit in found}
    for entity, rows in owners.donors.items():
        home = register.text("jurisdiction", rows[0]).split("-")[0]
        path: list[Step] = []
        used: list[tuple[Hit, date]] = []
        for law in sorted({LISTS.get(one) or home for one in lists}):
            of_law = {one for one in lists if (LISTS.get(one) or home) == law}
            days = _days_of(tables, rows)
            ways = (_way(tables, entity, law, of_law, hits, day, 0, only="listed") for day in days)
            steps, more = next((way for way in ways if way[0]), ([], []))
            if not steps:
                steps, more = _way(tables, entity, law, of_law, hits, days[0], params.around_d)
            path += steps
            used += more
        if path:
            yield _candidate(tables, rows, f"{owners.name(entity)}, or who owns it, is", path, used, params)


def _way(
    tables: base.MoneyTables,
    entity: int,
    law: str,
    lists: set[str],
    hits: dict[int, list[Hit]],
    day: date,
    around_d: int,
    *,
    only: str = "",
) -> tuple[list[Step], list[tuple[Hit, date]]]:
    """The steps from a company to entries of the lists of one jurisdiction under its rule on a day, and the entries:
    those in the state `only`, else in any. A collection of several lists stands under the register's own law."""
    owners = tables.owners
    rule = tables.rules.at("ownership-listed", law, day)
    if rule is None:
        return [], []

    def there(one: int) -> list[Hit]:
        found = [hit for hit in hits.get(one, ()) if hit.list in lists]
        return [hit for hit in found if (hit.state(day, around_d) == only if only else hit.state(day, around_d))]

    reach = owners.reach(entity, day, lambda one: bool(there(one)), rule)
    path: list[Step] = []
    used: list[tuple[Hit, date]] = []
    if owners.counts(reach, rule):
        above = [(one, hit) for one in reach.found for hit in there(one)]
        path += reach.path
        path += [_step(owners.name(one), hit, day, rule.label()) for one, hit in above]
        used += [(hit, day) for _, hit in above]
    own = there(entity)
    return [*path, *(_step(owners.name(entity), hit, day, "") for hit in own)], [*used, *((hit, day) for hit in own)]


def _step(source: str, hit: Hit, day: date, rule: str) -> Step:
    return wording.step(
        "is listed as",
        source,
        f"{hit.list} {hit.entry}",
        since=hit.since,
        until=hit.until,
        on=day,
        probability=hit.probability,
        evidence=f"{hit.list}, entry {hit.entry}",
        rule=rule,
    )


def _candidate(
    tables: base.MoneyTables,
    rows: Numbers,
    who: str,
    path: list[Step],
    used: list[tuple[Hit, date]],
    params: Parameters,
) -> base.Candidate:
    register = tables.register
    hits = [hit for hit, _ in used]
    best = max(hit.probability for hit in hits)
    states = sorted({f"{hit.list} on {day}: {hit.state(day, params.around_d)}" for hit, day in used})
    rules = tuple(dict.fromkeys(step.rule for step in path if step.rule))
    question = "How probable is it that the donor or owner is the one on the list?"
    return base.Candidate(
        flag=ListedLink.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"{who} probably on a sanctions list ({best:.0%})",
        sentence=f"{register.total(rows)} {wording.period(register.day[rows])}; " + ", ".join(states) + ".",
        channel="shell-company" if len(path) > 1 else "campaign-contact",
        p=None,
        tests=(stated.test(question, "screening", "calibrated on labelled pairs", best, 0.0, None),),
        effects=(stated.exact("probability", best, "", "that the donor or owner is the one on the list"),),
        explanations=(_namesake(hits, len(path) == len(hits)), _later(used), _left(used)),
        path=tuple(dict.fromkeys(path)),
        rules=rules,
        why="donor or owner on a sanctions list",
    )


def _namesake(hits: list[Hit], itself: bool) -> Explanation:
    """A private donor who shares no more than the name with an entry is taken for a namesake."""
    best, facts = max(hit.probability for hit in hits), any(hit.facts for hit in hits)
    verdict: Verdict = "does not fit" if facts else "fits" if itself else "cannot tell"
    detail = f"probability {best:.2f}, from {'facts beside the name' if facts else 'the name alone'}"
    return stated.explanation("namesake", "Is it a namesake?", verdict, detail)


def _later(used: list[tuple[Hit, date]]) -> Explanation:
    before = sum(hit.since is not None and hit.since > day for hit, day in used)
    verdict: Verdict = "fits in part" if before == len(used) else "does not fit"
    detail = f"{before} of {len(used)} listings came after the gift"
    return stated.explanation("before-listing", "Was the gift given before the listing?", verdict, detail)


def _left(used: list[tuple[Hit, date]]) -> Explanation:
    """Who has left a list may give again."""
    left = sum(hit.until is not None and hit.until <= day for hit, day in used)
    verdict: Verdict = "fits" if left == len(used) else "does not fit"
    detail = f"{left} of {len(used)} listings had ended before the gift"
    return stated.explanation("after-listing", "Had the listing ended before the gift?", verdict, detail)


DETECTOR = ListedLink()
