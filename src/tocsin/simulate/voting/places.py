"""The offices of a country that does not exist. Names end in what is reserved for such use (RFC 2606)."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.simulate.money.world import Draw

_STARTS = ("Arn", "Bel", "Corv", "Dren", "Elv", "Farn", "Gol", "Hest", "Jorv", "Kel", "Lorm", "Morv", "Nard", "Orv")
_MIDDLES = ("a", "e", "i", "o", "u", "ae", "ia")
_ENDS = ("dale", "field", "gate", "haven", "holm", "mark", "more", "sted", "thorpe", "vik", "wick", "worth")


@dataclass(frozen=True, slots=True)
class Office:
    """Who owns a name. `place` is the county, `label` its name in domains."""

    place: str
    name: str
    domain: str
    kind: str

    @property
    def label(self) -> str:
        """The first label of the domain."""
        return self.domain.partition(".")[0]

    @property
    def jurisdiction(self) -> str:
        """The county's id; "" for an outlet."""
        return f"xx-{self.place.lower()}" if self.kind == "office" else ""


def counties(draw: Draw, count: int) -> list[Office]:
    """Election offices of as many counties, whose names are unlike each other."""
    starts, made = draw.some(_STARTS, len(_STARTS)), []
    for n in range(count):
        place = starts[n % len(starts)] + draw.of(_MIDDLES) + _ENDS[(n * 5 + n // len(starts)) % len(_ENDS)]
        made.append(Office(place, f"{place} County Elections", f"{place.lower()}county.example", "office"))
    return made


def outlets(offices: list[Office]) -> list[Office]:
    """Newspapers of some of the counties."""
    titles = ("Courier", "Herald", "Gazette")
    return [
        Office(o.place, f"{o.place} {title}", f"{o.place.lower()}{title.lower()}.example", "outlet")
        for o, title in zip(offices, titles, strict=False)
    ]
