"""The scales in which claims and evidence are graded, with their words, and the check that keeps two of them apart.

Admiralty system (NATO AJP-2.1), likelihood and confidence (ICD 203, 2015), Breakout Scale (Nimmo 2020), TLP 2.0
(FIRST, 2022). The vocabularies are in data/grades.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

import regex

from tocsin.model.finding import Record

Source = Literal["", "A", "B", "C", "D", "E", "F"]
Information = Literal["", "1", "2", "3", "4", "5", "6"]
Likelihood = Literal[
    "",
    "almost no chance",
    "very unlikely",
    "unlikely",
    "roughly even chance",
    "likely",
    "very likely",
    "almost certain",
]
Confidence = Literal["", "low", "moderate", "high"]
Breakout = Literal[1, 2, 3, 4, 5, 6]
Harm = Literal[0, 1, 2, 3, 4]
Tlp = Literal["clear", "green", "amber", "amber+strict", "red"]
Scale = Literal["source", "information", "likelihood", "confidence", "breakout", "harm", "tlp"]


class Grade(Record):
    """How well a claim stands: the sources taken together, the information, how likely it is, and how firm the basis.
    An empty value is not graded yet."""

    source: Source = ""
    information: Information = ""
    likelihood: Likelihood = ""
    confidence: Confidence = ""


class Span(NamedTuple):
    """A sentence, by character offsets into the text, that states a likelihood and a confidence, with both words."""

    start: int
    end: int
    likelihood: str
    confidence: str


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("tocsin.model").joinpath("data/grades.toml").read_text(encoding="utf-8"))


def codes(scale: Scale) -> tuple[Any, ...]:
    """The values of a scale, in its order."""
    return tuple(entry["code"] for entry in _data()[scale])


def words(scale: Scale, code: str | int, language: str = "en") -> str:
    """The words of a grade; English where the language has none, empty for an empty grade."""
    entry = _entry(scale, code)
    return str(entry.get(language, entry.get("en", "")))


def needs(scale: Literal["confidence", "breakout", "tlp"], code: str | int, language: str = "en") -> str:
    """What has to be shown for a step, or what a marking allows, in a sentence."""
    entry = _entry(scale, code)
    return str(entry.get(f"needs_{language}", entry.get("needs", "")))


def percent(likelihood: Likelihood) -> tuple[int, int] | None:
    """The band of a likelihood in percent, both ends; None for an empty one."""
    entry = _entry("likelihood", likelihood)
    return (entry["low"], entry["high"]) if entry else None


def steps_apart(scale: Scale, one: str, other: str) -> int | None:
    """How many steps of the scale `other` lies above `one`; None where either is empty."""
    order = codes(scale)
    return order.index(other) - order.index(one) if one and other else None


def mixed(text: str) -> list[Span]:
    """The sentences that state both a likelihood and a confidence, which ICD 203 (D.6.e(2)(b)) forbids.

    Words of every language of the interface are looked for at once. A sentence ends at a full stop, question or
    exclamation mark before anything but a small letter, at an empty line, or before an item of a list.
    """
    found = []
    for start, end in _sentences(text):
        likely, sure = (pattern.search(text, start, end) for pattern in _patterns())
        if likely and sure:
            found.append(Span(start, end, likely[0], sure[0]))
    return found


def _entry(scale: Scale, code: str | int) -> dict[str, Any]:
    return next((entry for entry in _data()[scale] if entry["code"] == code), {})


@cache
def _patterns() -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    """One pattern for likelihood and one for confidence; a space stands for any white space."""
    languages = _data()["mixed"].values()
    likelihood, confidence = (
        "|".join(word.replace(" ", r"\s+") for language in languages for word in language[name])
        for name in ("likelihood", "confidence")
    )
    return tuple(regex.compile(rf"\b(?:{p})(?!\w)", regex.IGNORECASE) for p in (likelihood, confidence))


@cache
def _ends() -> regex.Pattern[str]:
    listed = (word.replace(".", r"\.") for words in _data()["abbreviations"].values() for word in words)
    short = "|".join(word.replace(" ", r"\s?") for word in listed)
    stop = rf"(?<!\b(?i:{short}))\.|[!?…؟]"
    after = r"[\"'»”’)\]]*(?:\s+(?=[^\p{Ll}\s])|\s*$)"
    return regex.compile(rf"(?:{stop}){after}|[。！？]|\n\s*(?=\n|[-*•]\s)")


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _ends().finditer(text):
        yield start, match.end()
        start = match.end()
    if text[start:].strip():
        yield start, len(text)
