"""The law on gifts and ownership as dated rules: limits, thresholds, who may give, when a holding counts.

The rules stand in `data/rules.json`, each with the law it comes from. One that nobody has read in its source says
`unverified` wherever it is shown, until a person confirms it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from tocsin.model.finding import Record


class Rule(Record):
    """One rule of one jurisdiction, in force from `since` to `until` (both included; None: still).

    Of an amount or share, `strict` means that more than it is needed, else that it is enough. Of ownership rules,
    `aggregate`: holdings of several persons are added up; `control`: control without that share counts too.
    """

    id: str
    kind: str
    jurisdiction: str
    since: date
    until: date | None = None
    amount_minor: int | None = None
    currency: str | None = None
    share: float | None = None
    strict: bool
    aggregate: bool = False
    control: bool = False
    per: str = ""  # what the amount counts over: gift, election, cycle, year, campaign
    text: str
    source: str
    basis: Literal["read", "unverified", "confirmed"]

    def label(self) -> str:
        """The id, and `unverified` where nobody has read the rule in its source."""
        return f"{self.id} (unverified)" if self.basis == "unverified" else self.id

    def passed(self, amount_minor: int) -> bool:
        """Whether an amount is over a threshold or limit. Raises `ValueError` for a rule without an amount."""
        if self.amount_minor is None:
            raise ValueError(f"the rule {self.id} has no amount")
        return amount_minor > self.amount_minor if self.strict else amount_minor >= self.amount_minor

    def held(self, share: float) -> bool:
        """Whether a share (0 to 1) is one that counts. Raises `ValueError` for a rule without a share."""
        if self.share is None:
            raise ValueError(f"the rule {self.id} has no share")
        return share > self.share if self.strict else share >= self.share


class Rules(Record):
    """All rules; those of a kind and jurisdiction never overlap in time."""

    rules: tuple[Rule, ...]

    @classmethod
    def load(cls, confirmed: Collection[str] = ()) -> Rules:
        """The rules that come with Tocsin; those with the ids in `confirmed` are no longer unverified."""
        rules = _shipped()
        changed = tuple(r.model_copy(update={"basis": "confirmed"}) if r.id in confirmed else r for r in rules)
        return cls(rules=changed if confirmed else rules)

    def at(self, kind: str, jurisdiction: str, day: date) -> Rule | None:
        """The rule of that kind in force there on that day; None where there is none.

        A rule on ownership also holds in the parts of a jurisdiction (`us` in `us-ny-nyc`) and, where none is known,
        as the rule for everywhere (`*`); a limit or threshold holds for its own jurisdiction only.
        """
        places = [jurisdiction]
        if kind.startswith("ownership-"):
            parts = jurisdiction.split("-")
            places = ["-".join(parts[:n]) for n in range(len(parts), 0, -1)] + ["*"]
        for place in places:
            for rule in self.rules:
                if (rule.kind, rule.jurisdiction) == (kind, place) and rule.since <= day <= (rule.until or date.max):
                    return rule
        return None

    def over_time(self, kind: str, jurisdiction: str) -> tuple[Rule, ...]:
        """All rules of a kind and jurisdiction in order of time: to look up a column of days at once."""
        found = [rule for rule in self.rules if (rule.kind, rule.jurisdiction) == (kind, jurisdiction)]
        return tuple(sorted(found, key=lambda rule: rule.since))

    def get(self, rule_id: str) -> Rule | None:
        """The rule with that id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


@cache
def _shipped() -> tuple[Rule, ...]:
    loaded = json.loads((files("tocsin.model") / "data" / "rules.json").read_text("utf-8"))
    return tuple(Rule.model_validate(rule) for rule in loaded)
