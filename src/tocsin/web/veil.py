"""What hides the names of cases from whoever does not see them, made once for all rows of a page."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

from tocsin.cases import acts, leaks
from tocsin.cases.blinding import Blinder
from tocsin.cases.sight import sight
from tocsin.model.case import Case, Lead
from tocsin.model.evidence import Item
from tocsin.model.people import Actor
from tocsin.store.records import Reader

R = TypeVar("R", Lead, Item)
L = TypeVar("L", bound=Lead)
_blinder = lru_cache(512)(Blinder)  # by the names: a row of a list costs less than making its patterns


class Veils:
    """The veils of one reader of pages: for each case what hides its names, None where all is shown."""

    def __init__(self, reader: Reader, actor: Actor) -> None:
        self._reader, self._actor = reader, actor
        self._made: dict[str, Blinder | None] = {}

    def over(self, case_id: str) -> Blinder | None:
        """What hides names in records of a case ("" = of none)."""
        if case_id not in self._made:
            case = self._reader.find(Case, case_id) if case_id else None
            self._made[case_id] = self._veil(case) if case else None
        return self._made[case_id]

    def _veil(self, case: Case) -> Blinder | None:
        shown = sight(self._reader, self._actor, case)
        if shown == "open":
            return None
        return _blinder(case.names) if shown == "blind" else acts.private_names(case)

    def seen(self, record: R) -> R:
        """A lead or an item as the actor may see it."""
        veil = self.over(record.case)
        shown = veil.record(record) if veil else record
        return self.leaked(shown) if isinstance(shown, Lead) else shown

    def leaked(self, lead: L) -> L:
        """A lead without its content where it is from a leak that the actor may not open."""
        return leaks.seen(self._reader, self._actor, lead)

    def text(self, case_id: str, text: str) -> str:
        """A text that belongs to a case, as the actor may see it."""
        veil = self.over(case_id)
        return veil.text(text) if veil else text
