"""What a document says of itself that does not go together: dates, producers, fonts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files

_PDF_DATE = re.compile(r"^(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([-+Z])(?:(\d\d)'?(\d\d)?)?)?")
_FONT = re.compile(rb"/BaseFont\s*/(?:[A-Z]{6}\+)?([A-Za-z][\w-]*)")
#: Names of the first and of the second record of a time, such as the document information and XMP of a PDF.
_MADE = ("creationdate", "created", "xmp_create_date")
_CHANGED = ("moddate", "modified", "xmp_modify_date")
_PROGRAMS = ("producer", "creator", "application", "pdf_producer", "xmp_creator_tool")
_SLACK = timedelta(days=1)  # clocks and time zones differ
#: Days on which the clocks of programs and file systems begin: what has one of these has no date.
_ZERO = {(1, 1, 1601), (12, 30, 1899), (12, 31, 1899), (1, 1, 1900), (1, 1, 1904), (12, 31, 1969), (1, 1, 1970)} | {
    (1, 1, 1980),
    (12, 31, 1979),
}


def disagreements(metadata: Mapping[str, str]) -> list[str]:
    """Where a document has two records of a time, and they are days apart: many programs keep only one of them up to
    date, so that this alone shows nothing."""
    return [
        f"its own records of when it was {word} are {abs(one - other).days:,} days apart"
        for word, (one, other) in (("made", _both(metadata, _MADE)), ("changed", _both(metadata, _CHANGED)))
        if one and other and abs(one - other) > _SLACK
    ]


def contradictions(metadata: Mapping[str, str], data: bytes, now: datetime) -> list[str]:
    """What cannot be so, in words: made after it was changed, or in the future, or with what came later. `data` is
    searched for the fonts of a PDF."""
    made, changed = _time(metadata, _MADE), _time(metadata, _CHANGED)
    found: list[str] = []
    if made and changed and made > changed + _SLACK:
        found.append(f"it says that it was made on {made:%Y-%m-%d} and last changed before, on {changed:%Y-%m-%d}")
    found += [
        f"it says that it was {word} on {time:%Y-%m-%d}, which is yet to come"
        for word, time in (("made", made), ("changed", changed))
        if time and time > now + _SLACK
    ]
    last = max((time for time in (made, changed) if time), default=None)
    if last:
        found += [
            f"it says that it was last changed on {last:%Y-%m-%d}, and names {name}, which came out in {year}"
            for name, year in _younger(metadata, data, last.year)
        ]
    return found


def _younger(metadata: Mapping[str, str], data: bytes, year: int) -> Iterable[tuple[str, int]]:
    """Programs and fonts that it names and that came out in a later year."""
    named = " ".join(str(text) for key, text in metadata.items() if _plain(key) in _PROGRAMS)
    named = " ".join(re.sub(r"[®™]|\(R\)", "", named).split())
    for name, released in _released()["producers"].items():
        if released > year and re.search(rf"{re.escape(name)}(?!\d)", named):
            yield name, released
    fonts = {hit[1].decode().split("-")[0] for hit in _FONT.finditer(data)}
    for name, released in _released()["fonts"].items():
        if released > year and name in fonts:
            yield f"the font {name}", released


@cache
def _released() -> dict[str, dict[str, int]]:
    return tomllib.loads((files("tocsin.detect.leaks") / "data/released.toml").read_text())


def _plain(key: str) -> str:
    return key.rpartition(":")[2].lstrip("/").casefold()


def _time(metadata: Mapping[str, str], names: tuple[str, ...]) -> datetime | None:
    found = [time for key, text in metadata.items() if _plain(key) in names and (time := moment(str(text)))]
    return min((time for time in found if (time.month, time.day, time.year) not in _ZERO), default=None)


def _both(metadata: Mapping[str, str], names: tuple[str, ...]) -> tuple[datetime | None, datetime | None]:
    """The time that each of the two records has."""
    return _time(metadata, names[:-1]), _time(metadata, names[-1:])


def moment(text: str) -> datetime | None:
    """A date of a PDF (ISO 32000-2, 7.9.4) or of ISO 8601; None for any other text. One without a zone is UTC."""
    text = text.strip()
    if hit := _PDF_DATE.match(text):
        year, month, day, hour, minute, second = (int(part or least) for part, least in zip(hit.groups(), _LEAST))  # noqa: B905
        if text.startswith("D:") or (len(text) > 4 and text[4:5].isdecimal()):
            offset = timedelta(hours=int(hit[8] or 0), minutes=int(hit[9] or 0)) * (-1 if hit[7] == "-" else 1)
            try:
                return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone(offset))
            except ValueError:
                return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


_LEAST = (1, 1, 1, 0, 0, 0)
