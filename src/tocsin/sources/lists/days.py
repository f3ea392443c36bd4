"""Days as lists write them: whole, without day or month, in words, with placeholders, as ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTHS = {name: number for number, name in enumerate(_NAMES.split("|"), 1)}
_MONTH = rf"(?P<month>{_NAMES})[a-z]*\.?"
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)",
        r"(?<!\d)(?<!\d[/.-])(?P<d>\d{1,2}|dd) ?[/.-] ?(?P<m>\d{1,2}|mm) ?[/.-] ?(?P<y>\d{4})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ -]+{_MONTH},?[ -]+(?P<y>\d{{4}})(?!\d)",
        rf"{_MONTH}[ -]+(?P<d>\d{{1,2}}),? +(?P<y>\d{{4}})(?!\d)",
        rf"{_MONTH},?[ -]+(?P<y>\d{{4}})(?!\d)",
        r"(?<![\d/-])(?P<y>\d{4})-(?P<m>0[1-9]|1[0-2])(?![\d-])",
        r"(?<![\d/.-])(?P<m>0?[1-9]|1[0-2])/(?P<y>\d{4})(?!\d)",
        r"(?<!\d)(?P<y>\d{4})(?!\d)",
    )
)
#: the year with two digits
_SHORT = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"(?<!\d)(?P<d>\d{{1,2}})-{_MONTH}-(?P<yy>\d\d)(?!\d)",
        r"(?<!\d)(?<!\d[/.-])(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<yy>\d\d)(?!\d)",
    )
)
_RANGE = re.compile(r"(?<!\d)(\d{4})\s*(?:-|–|to|and|through)\s*(\d{4})(?!\d)", re.IGNORECASE)
EARLIEST, LATEST = 1800, 2100
LONGEST_RANGE = 15  # years that a range is written out over


def partials(text: object, *, short_years: bool = False) -> list[str]:
    """Every date in a text, as year, year-month or day (ISO 8601), in order; a range of years as each of its years.
    Day before month (3/4/1960 is in April), as all lists outside the United States write. With `short_years` 3/4/60
    is read too, in the twentieth century: for birth dates of grown persons."""
    if isinstance(text, date):  # a datetime is one
        return [text.strftime("%Y-%m-%d")]
    left = "" if text is None else str(text)[:2_000]
    found: list[tuple[int, str]] = []
    for years in _RANGE.finditer(left):
        first, last = int(years[1]), int(years[2])
        if EARLIEST <= first < last <= first + LONGEST_RANGE:
            found += [(years.start(), str(year)) for year in range(first, last + 1)]
            left = left[: years.start()] + " " * len(years[0]) + left[years.end() :]
    for shape in (*_SHAPES, *(_SHORT if short_years else ())):
        start = 0
        while hit := shape.search(left, start):
            start = hit.end()
            if value := _partial(hit.groupdict()):
                found.append((hit.start(), value))
                left = left[: hit.start()] + " " * len(hit[0]) + left[start:]
    return list(dict.fromkeys(value for _, value in sorted(found, key=lambda one: one[0])))


def days(text: object) -> Iterator[date]:
    """Every whole day in a text."""
    return (date.fromisoformat(value) for value in partials(text) if len(value) == 10)


def day(text: object) -> date | None:
    """The first whole day in a text; None where there is none."""
    if isinstance(text, datetime):
        return text.date()
    return text if isinstance(text, date) else next(days(text), None)


def of_parts(year: object, month: object, day: object) -> str:
    """Year, year-month or day from three parts of which some may be missing or nonsense; "" without a year."""
    return _partial({"y": str(year or ""), "m": str(month or ""), "d": str(day or "")})


def _partial(parts: dict[str, str | None]) -> str:
    year = _number(parts.get("y")) or (1900 + _number(parts["yy"]) if parts.get("yy") else 0)
    month = _MONTHS.get((parts.get("month") or "")[:3].lower()) or _number(parts.get("m"))
    if not EARLIEST <= year <= LATEST:
        return ""
    if not 1 <= month <= 12:
        return f"{year:04d}"
    try:
        return date(year, month, _number(parts.get("d"))).isoformat()
    except ValueError:
        return f"{year:04d}-{month:02d}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 4 else 0
