"""Results by polling station: one contest counted honestly, one in which some stations wrote down round percentages."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting.desk import Desk
from tocsin.simulate.voting.places import Office

CHOICES = ("Iria Solvane", "Teo Marchand", "Ansa Belkin")
_FORGED_SHARE, _FORGED_COUNTIES = 0.4, 4


@dataclass(frozen=True, slots=True)
class Station:
    """What one polling station reported."""

    region: str
    unit: str
    registered: int
    cast: int
    valid: int
    votes: tuple[int, ...]


def count(desk: Desk, draw: Draw, offices: list[Office], stations: int) -> dict[str, list[Station]]:
    """Two contests at the same stations, by name: assembly, honest, and council."""
    honest, council = (_counted(draw, offices, stations // len(offices)) for _ in range(2))
    forged = {office.place for office in offices[-_FORGED_COUNTIES:]}
    rows = [one.region in forged and draw.chance(_FORGED_SHARE) for one in council]
    council = [_forge(draw, one) if chosen else one for one, chosen in zip(council, rows, strict=True)]
    units = [one.unit for one, chosen in zip(council, rows, strict=True) if chosen]
    desk.plant("round-percentages", "voting.results", units, "turnout and the winner's share written down as wished", 2)
    desk.ordinary("station", (one.unit for one in honest))
    return {"assembly": honest, "council": council}


def _counted(draw: Draw, offices: list[Office], each: int) -> list[Station]:
    """Counties differ in turnout and in whom they vote for, as they do without any fraud."""
    made: list[Station] = []
    for office in offices:
        turnout, share = draw.rng.normal(0.58, 0.04), draw.rng.normal(0.47, 0.07)
        made += [_station(draw, office, n, turnout, share) for n in range(each)]
    return made


def _station(draw: Draw, office: Office, number: int, turnout: float, share: float) -> Station:
    registered = int(draw.rng.lognormal(7.1, 0.35))
    cast = int(draw.rng.binomial(registered, min(max(draw.rng.normal(turnout, 0.07), 0.2), 0.95)))
    valid = int(draw.rng.binomial(cast, 0.985))
    first = min(max(draw.rng.normal(share, 0.06), 0.05), 0.9)
    votes = draw.rng.multinomial(valid, [first, (1 - first) * 0.7, (1 - first) * 0.3])
    unit = f"{office.place[:4].upper()}-{number + 1:03d}"
    return Station(office.place, unit, registered, cast, valid, tuple(int(n) for n in votes))


def _forge(draw: Draw, one: Station) -> Station:
    """The station's figures with a turnout and a winner's share that somebody chose, both whole percentages."""
    cast = round(one.registered * draw.between(72, 95) / 100)
    first = round(cast * draw.between(65, 90) / 100)
    second = int((cast - first) * 0.7)
    return Station(one.region, one.unit, one.registered, cast, cast, (first, second, cast - first - second))
