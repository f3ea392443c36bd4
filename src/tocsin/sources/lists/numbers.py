"""What kind of number a document has, from what a list calls it."""

from __future__ import annotations

import re

#: Words of a label (any of them) -> kind; the first that fits counts. Labels are those that the lists were seen to use.
_KINDS = tuple(
    (re.compile(words, re.IGNORECASE), kind)
    for words, kind in (
        (r"passport", "passport"),
        (r"\bIMO\b|vessel registration", "imo"),
        (r"\bMMSI\b", "mmsi"),
        (r"call sign", "call-sign"),
        (r"digital currency|crypto|wallet", "wallet"),
        (r"\bSWIFT\b|\bBIC\b", "swift"),
        (r"\bLEI\b|legal entity (number|identifier)", "lei"),
        (r"D-?U-?N-?S", "duns"),
        (r"serial number|construction number|\bMSN\b", "aircraft-serial"),
        (r"tail number", "tail-number"),
        (r"driver", "driving-licence"),
        (r"\btax|\bINN\b|\bRUC\b|\bNIT\b|\bRFC\b|V\.?A\.?T\b|\bRIF\b|\bTIN\b|fiscal|cuit", "tax"),
        (
            r"regist|company number|\bOGRN\b|licen[cs]e|folio|matricula|gazette|\bC\.?R\.? no|chamber|commerc|\bBRN\b",
            "registration",
        ),
        (
            r"national|identi|\bID\b|cedula|\bSSN\b|social security|D\.?N\.?I\.?|\bCURP\b|\bI\.?D\.?|citizen|personal",
            "national",
        ),
    )
)
_IMO = re.compile(r"(?<!\d)(\d{7})(?!\d)")


def kind_of(label: str) -> str:
    """passport, national, tax, registration, imo, ... as `LISTED.numbers` has it; "other" for a label not known."""
    return next((kind for words, kind in _KINDS if words.search(label)), "other")


def imo(text: str) -> str:
    """The seven digits of an IMO number in a text; "" where there are none (IMO resolution A.1117(30))."""
    found = _IMO.search(text)
    return found[1] if found else ""
