"""Where parts of the simulation leave what they planted: the truth by item, and the units they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from tocsin.model.arrow import schema

Role = Literal["operation", "decoy", "ordinary"]
_TEXT = pa.string()
OUTAGES = "voting.outages"  # the detector whose items are offices

#: One row an item: a name, a client, an office, a polling station, a contest. `unit` is "" for what is ordinary.
TRUTH = schema(
    [
        pa.field("unit", _TEXT, nullable=False),
        pa.field("role", _TEXT, nullable=False),
        pa.field("kind", _TEXT, nullable=False),
        pa.field("item", _TEXT, nullable=False),
    ]
)
#: One row a unit. `difficulty`: 1 plain to see, 3 hard, 0 of a decoy. `detector`: what should see it.
UNITS = schema(
    [
        pa.field("unit", _TEXT, nullable=False),
        pa.field("role", _TEXT, nullable=False),
        pa.field("kind", _TEXT, nullable=False),
        pa.field("difficulty", pa.int64(), nullable=False),
        pa.field("detector", _TEXT, nullable=False),
        pa.field("items", pa.int64(), nullable=False),
        pa.field("what", _TEXT, nullable=False),
    ]
)


@dataclass(slots=True)
class Desk:
    """Takes what is planted, in order."""

    _truth: list[tuple[str, str, str, str]] = field(default_factory=list)
    _units: list[tuple[str, str, str, int, str, int, str]] = field(default_factory=list)

    def plant(self, kind: str, detector: str, items: Iterable[str], what: str, difficulty: int = 0) -> None:
        """Note a unit: an operation where it has a difficulty, else a decoy."""
        role: Role = "operation" if difficulty else "decoy"
        named = sorted(set(items))
        self._truth += [(kind, role, kind, item) for item in named]
        self._units.append((kind, role, kind, difficulty, detector, len(named), what))

    def involve(self, unit: str, kind: str, items: Iterable[str]) -> None:
        """Note what took part in an operation but is no item of its unit: nobody need find it."""
        self._truth += [(unit, "operation", kind, item) for item in sorted(set(items))]

    def ordinary(self, kind: str, items: Iterable[str]) -> None:
        """Note what belongs to no unit; items of units that came before are left out."""
        planted = {item for *_, item in self._truth}
        self._truth += [("", "ordinary", kind, item) for item in sorted(set(items) - planted)]

    def truth(self) -> pa.Table:
        """All items (schema `TRUTH`)."""
        return _table(self._truth, TRUTH)

    def units(self) -> pa.Table:
        """All units (schema `UNITS`)."""
        return _table(self._units, UNITS)


def _table(rows: Iterable[tuple[object, ...]], wanted: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(wanted.names, row, strict=True)) for row in rows], wanted)
