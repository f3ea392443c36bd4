"""funding.new_entity (F5): a company gives soon after it was formed, without accounts, or more than it is worth."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.register import Numbers
from tocsin.model.finding import Explanation, Step, Test, Verdict
from tocsin.stats import stated


class Parameters(base.Parameters):
    """What a user may set."""

    within_d: int = Field(default=180, ge=1, description="Days after its formation within which a company is new.")


class NewEntity(base.Flag):
    """F5: an exact rule over the ownership data; the age of the other companies that gave stands beside it."""

    id = "funding.new_entity"
    flag = "F5"
    title = "Companies that give soon after they were formed"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """One candidate a company and recipient."""
        owners = tables.owners
        if not owners.donors:
            return base.FlagResult(skipped="no donor is in ownership data")
        facts = {entity: tables.entities.slice(entity, 1).to_pylist()[0] for entity in owners.donors}
        ages = np.array([_age(tables, facts[entity], rows) for entity, rows in owners.donors.items()], float)
        found = []
        for entity, rows in owners.donors.items():
            for recipient in np.unique(tables.register.recipient[rows]):
                gifts = rows[tables.register.recipient[rows] == recipient]
                if candidate := _candidate(tables, owners.name(entity), facts[entity], gifts, ages, params):
                    found.append(candidate)
        return base.FlagResult(tuple(found), len(owners.donors))


def _age(tables: base.MoneyTables, fact: dict[str, Any], rows: Numbers) -> float:
    """Days from formation to the first gift; NaN where the formation is not told."""
    first = int(tables.register.day[rows].min())
    return first - (fact["formed"] - wording.EPOCH).days if fact["formed"] else np.nan


def _candidate(
    tables: base.MoneyTables, name: str, fact: dict[str, Any], rows: Numbers, ages: Numbers, params: Parameters
) -> base.Candidate | None:
    register, age = tables.register, _age(tables, fact, rows)
    currency = fact["currency"] or register.text("currency", rows[0])
    own, worth = register.paid_in(currency, rows), fact["net_assets_minor"]
    signs = []
    if 0 <= age <= params.within_d:
        signs.append(f"it was formed {age:.0f} days before its first gift")
    if age < 0:
        signs.append(f"its first gift came {-age:.0f} days before it was formed")
    if worth is not None and own.size and worth < register.amount[own].sum():
        signs.append(f"its net assets were {wording.money(worth, currency)}")
    if not signs:
        return None
    return base.Candidate(
        flag=NewEntity.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"{name}: {signs[0]}",
        sentence=f"{name} gave {register.total(rows)} {wording.period(register.day[rows])}; "
        + "; ".join(signs)
        + ("." if fact["accounts"] else "; no accounts of it are known."),
        channel="shell-company",
        p=None,
        tests=(_test(age, ages),),
        effects=() if np.isnan(age) else (stated.exact("age", age, "days", "from formation to the first gift"),),
        explanations=(_trading(fact, register.day[rows].min()),),
        path=(_entry(name, fact),),
        why="gift of a new company",
    )


def _entry(name: str, fact: dict[str, Any]) -> Step:
    where = f"{fact['file']}, row {fact['row']}"
    return wording.step("is the company", str(fact["entity"]), name, since=fact["formed"], evidence=where)


def _test(age: float, ages: Numbers) -> Test:
    others = ages[~np.isnan(ages)]
    middle = float(np.median(others)) if others.size else 0.0
    question = "How old is the company, in days, against the others that gave?"
    return stated.test(question, "exact rule", "median of the companies that gave", age, middle, None)


def _trading(fact: dict[str, Any], day: Any) -> Explanation:
    filed = fact["accounts"] is not None and (fact["accounts"] - wording.EPOCH).days <= int(day)
    verdict: Verdict = "fits in part" if filed else "cannot tell"
    detail = f"accounts to {fact['accounts']}" if filed else "no accounts of it before the gift are known"
    return stated.explanation("trading", "Is it a new firm that trades?", verdict, detail)


DETECTOR = NewEntity()
