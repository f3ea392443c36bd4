"""Which column of a table of results is what: by its name, then by whether the figures fit together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tocsin.errors import UnknownFormat, UsageError

#: Field -> names of columns, as regular expressions on the name in lower case with spaces and dashes as underscores.
NAMES: dict[str, tuple[str, ...]] = {
    "region": (
        *("region(_name)?", "county(_name)?", "province(_name)?", "oblast", "land", "wojewodztwo", "teryt_powiat"),
        *("powiat", "parish", "borough", "jurisdiction(_name)?", "municipality(_name)?", "department", "state(_name)?"),
        "district",
    ),
    "unit": (
        *("tik", "teryt_gmina", "gmina", "uik", "precinct", "precinct_name", "polling_station_id", "polling_station"),
        *("station", "station_id", "unit", "ward", "wahlbezirk", "section", "polling_place", "code"),
    ),
    "registered": (
        *("registered", "registered_voters", "eligible_voters", "eligible", "electors", "electorate", "voters"),
        *("registered_electors", "wahlberechtigte", "inscrits", "number_of_voters", "voters_registered"),
    ),
    "cast": (
        *("ballots_cast", "cast", "total_ballots", "ballots", "ballots_total", "votes_cast", "voted", "turnout_count"),
        *("votants", "waehler", "total_votes_cast"),
    ),
    "valid": (
        *("valid", "valid_votes", "votes_valid", "total_valid", "total_valid_votes", "all_[a-z_]+", "exprimes"),
        "gueltige",
    ),
    "invalid": ("invalid", "invalid_votes", "invalid_ballots", "spoiled", "spoilt", "rejected", "blank", "ungueltige"),
    "contest": ("contest(_name)?", "office", "race"),
    "choice": ("candidate", "choice", "candidate_name", "option", "list", "party"),
    "votes": ("total_votes", "votes", "vote_count", "vote_total"),
}
MAPPABLE = ("region", "unit", "registered", "cast", "valid", "contest", "choice", "votes")
_SEVERAL = ("unit",)
#: Columns of figures that are no votes of a choice.
_OTHER = re.compile(
    r"(mobile|fixed|stationary|portable|early|issued|mail|absentee|provisional|election_day|advance|in_person|"
    r"undervote|overvote|under_votes|over_votes|write_ins_total|turnout|percent|pct|share|lat|lon|year|date|id|"
    r"postal_code|.*_id|.*_code|.*_pct|.*percent.*|teryt.*|total|sum|n_.*)"
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold what. Wide: `votes` are the columns of the choices; long: `choice` and one of `votes`."""

    region: tuple[str, ...]
    unit: tuple[str, ...]
    votes: tuple[str, ...]
    registered: str = ""
    cast: str = ""
    valid: str = ""
    invalid: str = ""
    contest: tuple[str, ...] = ()
    choice: str = ""

    def told(self) -> str:
        """The columns in words, for the report of what was read."""
        single = {name: getattr(self, name) for name in ("registered", "cast", "valid", "choice")}
        single |= {"contest": ", ".join(self.contest)}
        said = [f"region {', '.join(self.region) or 'none'}", f"unit {', '.join(self.unit)}"]
        said += [f"{name} {column}" for name, column in single.items() if column]
        return f"columns: {'; '.join(said)}; votes {', '.join(self.votes)}"


def columns_of(names: Sequence[str], figures: Sequence[str], mapping: Mapping[str, str], file: str) -> Columns:
    """What each column is. `figures` are the columns that hold whole numbers; `mapping` (field -> column, several with
    commas) overrules the names. Raises `UnknownFormat` where no unit or no votes are found, `UsageError` for a mapping
    to no field or no column."""
    given = {field: _split(field, text, names, file) for field, text in mapping.items()}
    found = {field: given.get(field) or _by_name(field, names) for field in NAMES}
    taken = {column for columns in found.values() for column in columns}
    long = bool(found["choice"] and found["votes"])
    if "votes" in given and "choice" not in given and len(given["votes"]) > 1:
        long = False
    if not long and "votes" not in given:
        numbered = [name for name in figures if re.fullmatch(r"c\d+", name.lower())]
        rest = [name for name in figures if name not in taken and not _OTHER.fullmatch(plain(name))]
        found["votes"] = tuple(numbered if len(numbered) > 1 else rest)
    if not found["unit"] or not found["votes"]:
        missing = "polling station" if not found["unit"] else "votes"
        hint = f"say which column is what, for example unit=precinct votes=a,b,c; fields: {', '.join(MAPPABLE)}"
        raise UnknownFormat(f"{file}: no column is known to hold the {missing}", hint=hint)
    single = {name: found[name][0] if found[name] else "" for name in ("registered", "cast", "valid", "invalid")}
    return Columns(
        found["region"][:1] if "region" not in given else found["region"],
        found["unit"],
        found["votes"][:1] if long else found["votes"],
        **single,
        contest=found["contest"] + (_districts(names, found) if "contest" not in given else ()),
        choice=found["choice"][0] if long else "",
    )


def _districts(names: Sequence[str], found: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The column of districts beside one of offices: each district votes on a contest of its own."""
    beside = tuple(name for name in names if plain(name) == "district" and name not in found["region"])
    return beside[:1] if found["contest"] else ()


def plain(name: str) -> str:
    """A column's name as the patterns have it."""
    return re.sub(r"[\s\-./]+", "_", name.strip().lower())


def _by_name(field: str, names: Sequence[str]) -> tuple[str, ...]:
    """The columns of a field in the order of its patterns; one, but for fields that several columns make."""
    found = [name for pattern in NAMES[field] for name in names if re.fullmatch(pattern, plain(name))]
    return tuple(dict.fromkeys(found)) if field in _SEVERAL else tuple(found[:1])


def _split(field: str, text: str, names: Sequence[str], file: str) -> tuple[str, ...]:
    if field not in MAPPABLE:
        raise UsageError(f"no field {field!r} of results", hint=f"fields: {', '.join(MAPPABLE)}")
    columns = (text,) if text in names else tuple(part.strip() for part in text.split(","))
    if absent := [column for column in columns if column not in names]:
        raise UsageError(f"{file}: has no column {absent[0]!r}", hint=f"columns: {', '.join(names[:40])}")
    return columns
