"""What two records say besides names, in levels: birth date, country, birth place, gender, numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tocsin.resolve.names import fold, organisation_words

#: The levels, in the order of the columns of `levels`. Where one side says nothing, none of a fact's levels holds.
FACTS = (
    "birth_same",  # the same day
    "birth_typo",  # day and month swapped, or one digit another
    "birth_year",  # the same year, the day not told or 1 January on one side
    "birth_year_day",  # the same year, another day
    "birth_close",  # at most two years apart
    "birth_far",
    "country_same",
    "country_apart",
    "place_same",  # a word of a birth place in common
    "place_apart",
    "gender_same",
    "gender_apart",
    "number_same",  # a passport, national, registration or tax number in common
    "number_apart",  # numbers of one kind and country that differ
)
_BIRTH = FACTS[:6]


def birth_level(left: Collection[str], right: Collection[str]) -> str:
    """The nearest level of two sets of birth dates (year, year-month or day, ISO 8601); "" where one is empty."""
    found = {_birth(a, b) for a in left for b in right if a[:4].isdigit() and b[:4].isdigit()}
    return next((level for level in _BIRTH if level in found), "")


def _birth(a: str, b: str) -> str:
    years = abs(int(a[:4]) - int(b[:4]))
    if len(a) < 10 or len(b) < 10 or "-01-01" in (a[4:], b[4:]):
        if a == b and len(a) == 10:
            return "birth_same"
        if years == 0:
            return "birth_year_day" if _other_month(a, b) else "birth_year"
        return "birth_close" if years <= 2 else "birth_far"
    if a == b:
        return "birth_same"
    (_, month_a, day_a), (_, month_b, day_b) = a.split("-")[:3], b.split("-")[:3]
    unlike = sum(x != y for x, y in zip(a, b, strict=False))
    if a[5:] == b[5:] or (years == 0 and ((month_a, day_a) == (day_b, month_b) or unlike == 1)):
        return "birth_typo"
    if years == 0:
        return "birth_year_day"
    return "birth_close" if years <= 2 else "birth_far"


def _other_month(a: str, b: str) -> bool:
    told = len(a) >= 7 and len(b) >= 7 and "-01-01" not in (a[4:], b[4:])
    return told and a[5:7] != b[5:7]


def common_level(fact: str, left: Collection[str], right: Collection[str]) -> str:
    """Whether two sets have a member in common; "" where one is empty."""
    if not left or not right:
        return ""
    return f"{fact}_apart" if set(left).isdisjoint(right) else f"{fact}_same"


def place_level(left: Collection[str], right: Collection[str]) -> str:
    """Whether two birth places share a word, folded by sound."""
    return common_level("place", _sounds(left), _sounds(right))


def number_level(left: Iterable[tuple[str, str, str]], right: Iterable[tuple[str, str, str]]) -> str:
    """Numbers as (kind, number, country): the same number in both, or another one of the same kind and country."""
    mine, others = {_plain(number) for number in left}, {_plain(number) for number in right}
    if {n[1] for n in mine} & {n[1] for n in others}:
        return "number_same"
    kinds = {(kind, country) for kind, _, country in mine} & {(kind, country) for kind, _, country in others}
    return "number_apart" if any(country for _, country in kinds) else ""


def _plain(number: tuple[str, str, str]) -> tuple[str, str, str]:
    kind, text, country = number
    return kind.lower(), "".join(c for c in text.upper() if c.isalnum()).lstrip("0"), country or ""


def _sounds(places: Iterable[str]) -> set[str]:
    return {fold(word.text) for place in places for word in organisation_words(place) if len(word.text) > 2}
