"""funding.in_kind (F16): services and goods from providers abroad, held from abroad, or newly formed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base, foreign_link, wording
from tocsin.detect.funding.episodes import Members
from tocsin.detect.funding.register import Numbers, grouped
from tocsin.model.arrow import pc
from tocsin.model.finding import Step
from tocsin.stats import stated


class Parameters(base.Parameters):
    """What a user may set."""

    new_d: int = Field(default=180, ge=1, description="Days after its formation within which a provider is new.")


class InKind(base.Flag):
    """F16: gifts in kind by who provides them, an exact rule. What a campaign spends is not in registers of gifts."""

    id = "funding.in_kind"
    flag = "F16"
    title = "Services and goods with a foreign or new provider"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """One candidate a provider and recipient."""
        register = tables.register
        in_kind = pc.equal(register.column("kind"), "in-kind").to_numpy(zero_copy_only=False)
        if not in_kind.any():
            return base.FlagResult(skipped="the register has no gifts in kind")
        unit = grouped(np.where(in_kind, register.recipient, -1), register.donor - register.donor.min())
        members = Members(unit)
        numbers = range(int(unit.max()) + 1)
        found = (_candidate(tables, members(number), params) for number in numbers)
        return base.FlagResult(tuple(filter(None, found)), len(numbers))


def _candidate(tables: base.MoneyTables, rows: Numbers, params: Parameters) -> base.Candidate | None:
    register = tables.register
    law, country = register.text("jurisdiction", rows[0]), register.text("country", rows[0])
    signs, path, rules = _behind(tables, rows, law, params)
    if foreign_link.abroad(law, country) or register.text("region", rows[0]) == "ZZ":
        signs.insert(0, f"its address is in {(country or 'a foreign country').upper()}")
    if not signs:
        return None
    return base.Candidate(
        flag=InKind.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"A provider of services or goods: {signs[0]}",
        sentence=f"Services or goods worth {register.total(rows)} {wording.period(register.day[rows])}; "
        f"of the provider: {'; '.join(signs)}" + ".",
        channel="in-kind",
        p=None,
        tests=(stated.test("Is the provider foreign or new?", "exact rule", "", len(signs), 0, None),),
        effects=(stated.exact("signs", len(signs), "signs", "of a foreign or new provider"),),
        explanations=(stated.explanation("trade", "Is it paid for at its price?", "cannot tell", "no prices"),),
        path=path,
        rules=(*rules, *register.labels(rows, "eligibility")),
        why="in kind; " + signs[0],
    )


def _behind(
    tables: base.MoneyTables, rows: Numbers, law: str, params: Parameters
) -> tuple[list[str], tuple[Step, ...], tuple[str, ...]]:
    """What the ownership data say of the provider: signs, path, rules."""
    register, owners = tables.register, tables.owners
    entity = int(owners.entity[rows[0]])
    if entity < 0:
        return [], (), ()
    signs: list[str] = []
    day = wording.EPOCH + timedelta(days=int(register.day[rows].max()))
    formed = tables.entities["formed"][entity].as_py()
    if formed and 0 <= (day - formed).days <= params.new_d:
        signs.append(f"it was formed on {formed}")
    rule = register.rules.at("ownership-foreign", law, day)
    if rule is None:
        return signs, (), ()
    reach = owners.reach(entity, day, partial(foreign_link.is_abroad, owners, law), rule)
    if not owners.counts(reach, rule):
        return signs, (), ()
    return [*signs, "it is held from abroad"], reach.path, (rule.label(),)


DETECTOR = InKind()
