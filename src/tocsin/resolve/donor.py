"""Are two rows of a register one donor: by name and address, since a name alone says little among donors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from rapidfuzz import fuzz

from tocsin.kernels import names as kernel
from tocsin.kernels.names import FEATURES, WIDTH, Floats
from tocsin.resolve import keys
from tocsin.resolve.frequency import Frequency
from tocsin.resolve.match import Match, Part
from tocsin.resolve.names import Lexicon, Word, organisation_words, person_words
from tocsin.resolve.weights import Context, load, pick, probability

#: What is measured of two donors besides the words of their names.
ADDRESS = (
    "number_in_both",  # a number in both names, of a union's local for instance
    "other_number",  # a number in each, but none in common
    "number_in_one",
    "part_likeness",  # likeness of the names where one may be part of the other
    "letter_likeness",  # likeness of the names' letters, without spaces
    "acronym",  # a word of one is made of the first letters of the other
    "address_same",
    "street_same",
    "street_likeness",
    "street_part",  # likeness where one street may be part of the other
    "house_same",
    "house_apart",
    "no_street",  # one side tells none
    "postcode_same",
    "postcode_near",  # the first three characters
    "no_postcode",
    "city_likeness",
    "city_same",
    "no_city",
    "region_apart",
    "box_and_street",  # a post-office box on one side, a street on the other
)
DONOR_MEASURES = (*FEATURES, *ADDRESS)
_DIGITS = re.compile(r"\d+")


class Donor(NamedTuple):
    """A donor as one row tells of it; "" for what is not told."""

    name: str
    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    organisation: bool = False


def compare_donors(left: Donor, right: Donor) -> Match:
    """Compare two donors, both persons or both organisations."""
    context: Context = "donor-organisation" if left.organisation or right.organisation else "donor-person"
    measured = donor_measures([left], [right])[0]
    weights = load(context)
    odds = float(weights.log_odds(measured))
    added = measured * weights.weights
    name = len(FEATURES) + ADDRESS.index("address_same")
    parts = (
        Part("base", weights.base, ""),
        Part("name", float(added[:name].sum()), f"{left.name} and {right.name}"),
        Part("address", float(added[name:].sum()), f"{_shown(left)} and {_shown(right)}"),
    )
    return Match(float(probability(odds)), odds, parts)


def donor_measures(left: Sequence[Donor], right: Sequence[Donor]) -> Floats:
    """Measures of pairs, row k of one side with row k of the other, in the order of DONOR_MEASURES."""
    measured = np.zeros((len(left), len(DONOR_MEASURES)))
    addresses = [_addresses(side) for side in (left, right)]
    lexicons = [Lexicon(Frequency.load("persons")), Lexicon(Frequency.load("organisations"))]
    names = [[_words(donor) for donor in side] for side in (left, right)]
    both = [
        [lexicons[d.organisation].add([w]) for d, w in zip(s, n, strict=True)]
        for s, n in zip((left, right), names, strict=True)
    ]
    words = [lexicon.words() for lexicon in lexicons]
    for k, (a, b) in enumerate(zip(left, right, strict=True)):
        x, y, out = both[0][k], both[1][k], np.empty(WIDTH)
        kernel.features(words[a.organisation], x.words, x.part, y.words, y.part, pick(), out)
        told = _name(a.name, b.name, names[0][k], names[1][k]) | _place(a, b, addresses[0][k], addresses[1][k])
        measured[k] = np.r_[out, [float(told.get(m, 0)) for m in ADDRESS]]
    return measured


def _words(donor: Donor) -> list[Word]:
    return organisation_words(donor.name) if donor.organisation else person_words(donor.name)


def _addresses(side: Sequence[Donor]) -> list[str | None]:
    found: list[str | None] = keys.address_keys(
        pa.array([d.street for d in side], pa.string()), pa.array([d.postcode for d in side], pa.string())
    ).to_pylist()
    return found


def _name(a: str, b: str, left: Sequence[Word], right: Sequence[Word]) -> dict[str, float]:
    numbers = [{word.text for word in words if word.text.isdigit()} for words in (left, right)]
    common = bool(numbers[0] & numbers[1])
    return {
        "number_in_both": common,
        "other_number": bool(numbers[0] and numbers[1]) and not common,
        "number_in_one": bool(numbers[0]) != bool(numbers[1]),
        "part_likeness": fuzz.token_set_ratio(a.lower(), b.lower()) / 100,
        "letter_likeness": fuzz.ratio(a.lower().replace(" ", ""), b.lower().replace(" ", "")) / 100,
        "acronym": _acronym(left, right) or _acronym(right, left),
    }


def _acronym(short: Sequence[Word], long: Sequence[Word]) -> bool:
    """The first word of one is made of first letters of consecutive words of the other."""
    first = short[0].text if short else ""
    letters = "".join(word.text[0] for word in long if word.text not in ("of", "and", "the", "jsc", "llc"))
    return len(first) > 2 and first in letters


def _place(a: Donor, b: Donor, left: str | None, right: str | None) -> dict[str, float]:
    told: dict[str, float] = {"no_street": not (left and right)}
    if left and right:
        streets = left.partition("|")[0], right.partition("|")[0]
        houses = [set(_DIGITS.findall(street)) for street in streets]
        told |= {
            "address_same": left == right,
            "street_same": streets[0] == streets[1],
            "street_likeness": fuzz.token_sort_ratio(*streets) / 100,
            "street_part": fuzz.token_set_ratio(*streets) / 100,
            "house_same": bool(houses[0] & houses[1]),
            "house_apart": bool(houses[0] and houses[1]) and not houses[0] & houses[1],
            "box_and_street": streets[0].startswith("po box") != streets[1].startswith("po box"),
        }
    codes = [_code(donor.postcode) for donor in (a, b)]
    cities = a.city.lower().strip(), b.city.lower().strip()
    return told | {
        "postcode_same": all(codes) and codes[0] == codes[1],
        "postcode_near": all(codes) and codes[0][:3] == codes[1][:3],
        "no_postcode": not all(codes),
        "city_likeness": fuzz.ratio(*cities) / 100 if all(cities) else 0,
        "city_same": all(cities) and cities[0] == cities[1],
        "no_city": not all(cities),
        "region_apart": bool(a.region and b.region) and a.region.lower() != b.region.lower(),
    }


def _code(postcode: str) -> str:
    return "".join(c for c in postcode.removesuffix(".0") if c.isalnum())[:5].lower()


def _shown(donor: Donor) -> str:
    return ", ".join(filter(None, (donor.street, donor.city, donor.region, donor.postcode))) or "no address"
