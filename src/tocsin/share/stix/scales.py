"""Scales and categories of other bodies, as small tables: to and from STIX, with what is lost said.

Appendix A of OASIS STIX 2.1 gives the confidence scales; FIRST the ids of TLP 2.0; the rest names its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tocsin.model.grades import Breakout, Confidence, Grade, Information, Likelihood, Tlp, needs

_M = "marking-definition--"
#: FIRST, TLP 2.0 (2022); OASIS extension definition 60a3c5c5-0d10-413e-aab3-9e08dde9e88d.
TLP_IDS: dict[Tlp, str] = {
    "clear": _M + "94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": _M + "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": _M + "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": _M + "939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": _M + "e828b379-4e03-4974-9ac4-e53a884c97c1",
}
#: OASIS STIX 2.1, section 7.2.1.4: TLP 1. White became clear; TLP 1 has no amber+strict.
TLP1_IDS: dict[str, Tlp] = {
    _M + "613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",
    _M + "34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
    _M + "f88d31f6-486f-44da-b317-01333bde0b82": "amber",
    _M + "5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
}
TLP_BY_ID: dict[str, Tlp] = {id_: tlp for tlp, id_ in TLP_IDS.items()} | TLP1_IDS

#: Permissible Actions Protocol (MISP taxonomy PAP): what a receiver may do so that the other side does not notice.
PAP = {
    "clear": "no restriction",
    "green": "active measures allowed: block, filter, sinkhole",
    "amber": "passive cross-checks only; nothing that touches the other side's systems",
    "red": "only where nobody else can see it: no look-up in services of others",
}

#: STIX 2.1, appendix A: None / Low / Med / High.
CONFIDENCE: dict[Confidence, int] = {"low": 15, "moderate": 50, "high": 85}
#: STIX 2.1, appendix A: Admiralty credibility. 6, "cannot be judged", has no number.
ADMIRALTY: dict[Information, int] = {"1": 90, "2": 70, "3": 50, "4": 30, "5": 10}
#: STIX 2.1, appendix A: DNI scale, the seven bands of ICD 203.
LIKELIHOOD: dict[Likelihood, int] = {
    "almost no chance": 5,
    "very unlikely": 15,
    "unlikely": 30,
    "roughly even chance": 50,
    "likely": 70,
    "very likely": 85,
    "almost certain": 95,
}

#: EEAS, third report on FIMI threats (2025), FIMI Exposure Matrix: how a channel is connected to a state.
CHANNELS = {
    "official": "run by a body of the state in its own name",
    "state-controlled": "owned, funded or edited by the state, and known to be",
    "state-linked": "no open tie; technical, behavioural or contextual signs of one",
    "state-aligned": "no tie shown; carries the same content again and again",
}

#: ABCDE (Pamment 2020; used by the EEAS since 2023): where in a case each part of the frame is.
ABCDE = {
    "actor": "claim attribution, channels and how close they are to a state",
    "behaviour": "claims behaviour and deception, techniques",
    "content": "narratives",
    "degree": "claim reach, Breakout Scale",
    "effect": "claim reach, harm",
}

#: Breakout Scale (Nimmo 2020), as the text of a label.
BREAKOUT: dict[Breakout, str] = {n: f"breakout-scale-{n}" for n in (1, 2, 3, 4, 5, 6)}


class Converted(NamedTuple):
    """A value on the other scale, and in words what it does not say any more."""

    value: int | str | None
    lost: str


def confidence_of(grade: Grade) -> Converted:
    """STIX confidence of a grade: from its confidence, or if that is empty from the credibility of the information."""
    if grade.confidence:
        return Converted(CONFIDENCE[grade.confidence], "likelihood, source and information have no place in one number")
    if grade.information in ADMIRALTY:
        return Converted(ADMIRALTY[grade.information], "the source's reliability has no place in it")
    return Converted(None, "not graded, or truth cannot be judged: no number")


def admiralty_of(confidence: int) -> Converted:
    """Admiralty credibility of a STIX confidence: the ranges of appendix A, 0-19 to 5 up to 80-100 to 1."""
    return Converted(
        str(5 - min(confidence, 99) // 20), "five steps for a hundred; the source's reliability stays open"
    )


def likelihood_of(confidence: int) -> Converted:
    """ICD 203 band of a STIX confidence, by the ranges of appendix A's DNI scale."""
    ends = (10, 20, 40, 60, 80, 90, 100)
    band = list(LIKELIHOOD)[next(n for n, end in enumerate(ends) if confidence < end or end == 100)]
    return Converted(band, "seven bands for a hundred; STIX does not say whether it means likelihood or confidence")


class Table(NamedTuple):
    """A scale to be shown: where it is from, its values with what each is or means in STIX, and what is lost."""

    source: str
    rows: tuple[tuple[str, str], ...]
    lost: str = ""


def tables() -> dict[str, Table]:
    """Every scale by the name under which `tocsin vocab show` prints it."""
    stix = "OASIS STIX 2.1, appendix A"
    return {
        "tlp": Table(
            "FIRST, TLP 2.0 (2022)",
            tuple((f"TLP:{tlp.upper()}", id_) for tlp, id_ in TLP_IDS.items())
            + tuple((f"TLP 1 {id_}", f"read as TLP:{tlp.upper()}") for id_, tlp in TLP1_IDS.items()),
            "TLP 1 has no amber+strict",
        ),
        "pap": Table("MISP taxonomy PAP", tuple((f"PAP:{name.upper()}", words) for name, words in PAP.items())),
        "admiralty": Table(
            f"NATO AJP-2.1; {stix}",
            _both(ADMIRALTY, [str(admiralty_of(n).value) for n in range(101)]),
            admiralty_of(0).lost,
        ),
        "icd203": Table(
            f"ICD 203 (2015); {stix}",
            _both(LIKELIHOOD, [str(likelihood_of(n).value) for n in range(101)]),
            likelihood_of(0).lost,
        ),
        "confidence": Table(
            stix,
            tuple((name, f"confidence {number}") for name, number in CONFIDENCE.items()),
            confidence_of(Grade(confidence="low")).lost,
        ),
        "breakout": Table("Nimmo 2020", tuple((BREAKOUT[n], str(needs("breakout", n))) for n in BREAKOUT)),
        "channels": Table("EEAS, third report on FIMI threats (2025)", tuple(CHANNELS.items())),
        "abcde": Table("Pamment 2020; EEAS since 2023", tuple(ABCDE.items())),
    }


def _both(numbers: Mapping[Any, int], back: list[str]) -> tuple[tuple[str, str], ...]:
    """Each value with the number it becomes and the numbers that become it."""
    return tuple(
        (str(name), f"confidence {number}; from {back.index(name)} to {100 - back[::-1].index(name)}")
        for name, number in numbers.items()
    )
