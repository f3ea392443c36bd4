"""How common a word is in names, from counts that come with the program."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Literal, Self

Population = Literal["persons", "organisations"]

_FORM_WEIGHT = 0.5  # of a legal form
_FORMS = frozenset({"jsc", "llc"})


class Frequency:
    """Words by how many names of one or more populations hold them. A word never met counts as met once."""

    def __init__(self, populations: Sequence[tuple[Mapping[str, int], int]], *, organisations: bool = False) -> None:
        self._populations, self.organisations = populations, organisations

    @classmethod
    @lru_cache(2)
    def load(cls, population: Population) -> Self:
        """Persons: the mean of those on lists and of donors, since a name common in either says little.
        Organisations: those on lists, and employers of donors."""
        data = json.loads((files("tocsin.resolve") / "data" / "words.json").read_text())
        names = ["organisations", "employers"] if population == "organisations" else ["listed", "donors"]
        return cls([(data[n]["words"], data[n]["names"]) for n in names], organisations=population == "organisations")

    def weight(self, word: str) -> float:
        """-log of the share of names with the word; a legal form has little weight, an initial a third."""
        if self.organisations and word in _FORMS:
            return _FORM_WEIGHT
        logs = [math.log(names / (1 + words.get(word, 0))) for words, names in self._populations]
        return max(sum(logs) / len(logs), 0.5) / (3 if len(word) == 1 else 1)
