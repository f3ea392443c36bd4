"""Two sanctions lists of the simulated world, each in two editions: OFAC's legacy CSV files and the EU's XML 1.1.

The owners that schemes were given stand on both editions, among invented persons and companies; between the editions
some entries come and go.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import quoteattr

from tocsin.simulate.money.companies import invented
from tocsin.simulate.money.world import Draw, Ownership, names, respelt

EDITIONS = (date(2023, 6, 30), date(2024, 2, 23))
_PROGRAMMES = ("RUSSIA-EO14024", "ELECTION-EO13848", "CYBER2", "GLOMAG")
_REGIMES = {"UKR": "269/2014", "RUSDA": "2024/2642", "CYB": "2019/796"}
_EMPTY = "-0- "
_COUNTRIES = {"ru": "Russia", "cn": "China", "ae": "United Arab Emirates", "cy": "Cyprus", "sy": "Syria"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of either list. `until` is the edition from which it is gone."""

    number: int
    kind: str  # person | company | wallet
    name: str
    aliases: tuple[str, ...]
    country: str
    birth_date: str
    listed: date
    until: date | None
    lists: tuple[str, ...]


def entries(ownership: Ownership, draw: Draw, filler: int = 240) -> list[Entry]:
    """The planted owners and `filler` others, in the order of their numbers."""
    made: list[Entry] = []
    for owner in ownership.owners:
        if owner.listed_as:
            both = owner.kind == "person" and draw.chance(0.6)
            made.append(
                Entry(
                    number=20_001 + len(made),
                    kind=owner.kind,
                    name=owner.listed_as,
                    aliases=(),
                    country=owner.country,
                    birth_date=owner.birth_date,
                    listed=draw.day(date(2022, 2, 23), 400),
                    until=None,
                    lists=("us", "eu") if both else ("us",),
                )
            )
    return made + [_filler(draw, 20_001 + len(made) + i) for i in range(filler)]


def _filler(draw: Draw, number: int) -> Entry:
    kind = "company" if draw.chance(0.3) else "person"
    name = invented(draw)
    if kind == "company":
        name = f"{draw.of(names()['listed_stems'])}{draw.of(('prom', 'bank', 'tekh', 'stroy'))} JSC"
    listed = draw.day(date(2022, 2, 23), 730)
    until = EDITIONS[1] if listed < EDITIONS[0] and draw.chance(0.06) else None
    lists = draw.of((("us",), ("eu",), ("us", "eu")))
    aliases = (respelt(name),) if draw.chance(0.5) else ()
    return Entry(
        number, kind, name, aliases, draw.of(names()["abroad"])[1], str(draw.between(1945, 1990)), listed, until, lists
    )


def write_lists(made: list[Entry], folder: Path) -> None:
    """Write both lists of each edition under `folder`/<day>/: sdn.csv, add.csv, alt.csv and eu.xml."""
    for day in EDITIONS:
        there = [one for one in made if one.listed <= day and not (one.until and one.until <= day)]
        place = folder / day.isoformat()
        place.mkdir(parents=True, exist_ok=True)
        _write_ofac([one for one in there if "us" in one.lists], place)
        # the EU comes later to what both list
        eu = [one for one in there if "eu" in one.lists and _eu_day(one) <= day]
        (place / "eu.xml").write_text(_eu(eu, day), encoding="utf-8")


def _eu_day(one: Entry) -> date:
    return one.listed + timedelta(days=29 if "us" in one.lists else 0)


def _sorted_name(one: Entry, name: str) -> str:
    first, _, last = name.rpartition(" ")
    return f"{last.upper()}, {first}" if one.kind == "person" and first else name.upper()


def _write_ofac(made: list[Entry], folder: Path) -> None:
    """OFAC's legacy comma-separated files: no header, `-0- ` for nothing, facts of a person in the remarks."""
    with (
        (folder / "sdn.csv").open("w", encoding="utf-8", newline="") as sdn,
        (folder / "add.csv").open("w", encoding="utf-8", newline="") as add,
        (folder / "alt.csv").open("w", encoding="utf-8", newline="") as alt,
    ):
        main, places, others = csv.writer(sdn), csv.writer(add), csv.writer(alt)
        for one in made:
            programme = _PROGRAMMES[one.number % len(_PROGRAMMES)]
            name, kind = _sorted_name(one, one.name), "individual" if one.kind == "person" else _EMPTY
            remarks = (
                f"DOB {one.birth_date}; nationality {_COUNTRIES[one.country]}." if one.kind == "person" else _EMPTY
            )
            if one.kind == "wallet":
                name, remarks = f"SIMULATED EXCHANGE {one.number}", f"Digital Currency Address - XBT {one.name};"
            main.writerow([one.number, name, kind, programme, *[_EMPTY] * 7, remarks])
            places.writerow([one.number, one.number + 50_000, _EMPTY, _EMPTY, _COUNTRIES[one.country], _EMPTY])
            for i, alias in enumerate(one.aliases):
                others.writerow([one.number, one.number * 10 + i, "aka", _sorted_name(one, alias), _EMPTY])


def _eu(made: list[Entry], day: date) -> str:
    """The EU's consolidated financial sanctions file, XML 1.1."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="{day}T00:00:00.000+01:00">',
        *(_eu_entry(one) for one in made),
        "</export>",
    ]
    return "\n".join(lines) + "\n"


def _eu_entry(one: Entry) -> str:
    programme = sorted(_REGIMES)[one.number % len(_REGIMES)]
    published, country = _eu_day(one), one.country.upper()
    act = f'regulationType="amendment" publicationDate="{published}" numberTitle="{_REGIMES[programme]}"'
    parts = [
        f'<regulation {act} organisationType="council" programme="{programme}" logicalId="{one.number + 70_000}">'
        "<publicationUrl>https://eu.example/oj</publicationUrl></regulation>",
        '<subjectType code="person" classificationCode="P"/>'
        if one.kind == "person"
        else '<subjectType code="enterprise" classificationCode="E"/>',
    ]
    for i, name in enumerate((one.name, *one.aliases)):
        first, _, last = name.rpartition(" ") if one.kind == "person" else ("", "", "")
        parts.append(
            f'<nameAlias firstName={quoteattr(first)} middleName="" lastName={quoteattr(last)} '
            f'wholeName={quoteattr(name)} function="" gender="" title="" nameLanguage="" strong="true" '
            f'regulationLanguage="en" logicalId="{one.number * 10 + i}"/>'
        )
    if one.kind == "person":
        parts += [
            f'<citizenship countryIso2Code="{country}" countryDescription="{_COUNTRIES[one.country].upper()}" '
            f'regulationLanguage="en" logicalId="{one.number + 80_000}"/>',
            f'<birthdate circa="false" calendarType="GREGORIAN" year="{one.birth_date}" city="" place="" '
            f'countryIso2Code="{country}" regulationLanguage="en" logicalId="{one.number + 90_000}"/>',
        ]
    head = f'<sanctionEntity designationDetails="" unitedNationId="" euReferenceNumber="EU.{one.number}.1"'
    return f'{head} logicalId="{one.number}">{"".join(parts)}</sanctionEntity>'
